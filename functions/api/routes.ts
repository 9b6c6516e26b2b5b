import type { ApiDeps } from "./deps.ts";
import type { ApiRoute } from "./door/route.ts";
import { suppressionRoutes } from "./routes/suppressions.ts";
import { trackingOptOutRoutes } from "./routes/tracking-opt-outs.ts";

/** The account API: every topic's routes. */
export function apiRoutes(deps: ApiDeps): ApiRoute[] {
  return [...suppressionRoutes(deps), ...trackingOptOutRoutes(deps)];
}
