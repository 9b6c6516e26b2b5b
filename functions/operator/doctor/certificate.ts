import type { TLSSocket } from "node:tls";
import { failed, type Outcome, ok, warning } from "./finding.ts";

const dayMs = 86_400_000;
/** ACM renews 60 days before the end; what is not renewed by now needs somebody. */
const soonDays = 21;

/** For whom a certificate is to be, and what is to be done where it is not well. */
export interface Wanted {
  readonly host: string;
  /** Epoch ms. */
  readonly now: number;
  /** Where it ends. */
  readonly renew: string;
  /** Where it is for somebody else. */
  readonly replace: string;
}

/** What is to be said of the certificate that a host has shown. */
export function shownCertificate(socket: TLSSocket, { host, now, renew, replace }: Wanted): Outcome {
  const endsAt = Date.parse(socket.getPeerCertificate().valid_to);
  const ending = endOutcome(host, { endsAt, now, renew });
  if (endsAt <= now) return ending;
  if (!socket.authorized) {
    const why = String(Object(socket.authorizationError).message ?? socket.authorizationError);
    return failed(`the certificate of ${host} is not accepted: ${why}`, replace);
  }
  return ending;
}

/** How long a certificate is still good; epoch ms. */
export function endOutcome(
  host: string,
  { endsAt, now, renew }: { readonly endsAt: number } & Pick<Wanted, "now" | "renew">,
): Outcome {
  const days = Math.floor((endsAt - now) / dayMs);
  if (endsAt <= now) {
    return failed(`the certificate of ${host} has ended at ${new Date(endsAt).toISOString()}`, renew);
  }
  if (days < soonDays) return warning(`the certificate of ${host} ends in ${days} days`, renew);
  return ok(`${host} answers; its certificate is valid for ${days} days`);
}
