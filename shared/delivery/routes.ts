import type { Claim, Route } from "../messages/message.ts";
import type { GuardedRoute } from "./guarded-route.ts";
import type { Dispatch, Outcome } from "./outcome.ts";

export interface Routes {
  readonly ses: GuardedRoute;
  /** Absent where the operator has turned it off. */
  readonly smtp?: GuardedRoute | undefined;
}

/** The route that a message is claimed for: SES, unless it is sick and SMTP is not. */
export function preferredRoute({ ses, smtp }: Routes): Route {
  return !ses.isOpen() && smtp?.isOpen() ? "smtp" : "ses";
}

/**
 * Sends over the first route that is well. The next is tried only when a route surely did not take the
 * message and the fault was the route's; before that, the change is written down.
 *
 * @param reroute false when the claim is lost: then nothing is sent any more
 */
export async function sendOver(
  routes: Routes,
  claim: Claim,
  dispatch: Dispatch,
  reroute: (route: Route) => Promise<boolean>,
): Promise<Outcome | "claim lost"> {
  let sick: Outcome = { kind: "sick", reason: "every route is sick", widely: true };
  let current = claim.route;
  for (const name of routesFor(routes, claim)) {
    const route = routes[name];
    if (!route?.isOpen()) continue;
    if (name !== current && !(await reroute(name))) return "claim lost";
    current = name;
    const outcome = await route.send(dispatch);
    if (outcome.kind !== "sick") return outcome;
    sick = outcome;
  }
  return sick;
}

/**
 * The claimed route first. A message that may have left over SMTP stays there, since SES would give the
 * repeat another Message-ID, unless the operator has turned that route off.
 */
function routesFor({ smtp }: Routes, { route, mayHaveLeft }: Claim): Route[] {
  if (mayHaveLeft && smtp) return ["smtp"];
  return route === "ses" || !smtp ? ["ses", "smtp"] : ["smtp"];
}
