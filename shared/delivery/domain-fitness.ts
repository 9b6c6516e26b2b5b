import type { ComplianceStatus, SendingDomain } from "../domains/sending-domain.ts";

/** A demo domain that has sent all that it may has accepted no more than that. */
const fit: ReadonlySet<ComplianceStatus> = new Set(["compliant", "demo", "demo_exhausted"]);

/**
 * Why mail of a domain, accepted while it might send, may not go out now; undefined if it may. A domain that is gone
 * is none to wait for.
 */
export function unfitReason(domain: SendingDomain | undefined): string | undefined {
  if (domain === undefined || fit.has(domain.complianceStatus)) return undefined;
  return domain.complianceStatus === "suspended" || domain.complianceStatus === "non_compliant"
    ? `The sending domain ${domain.name} may not send any more.`
    : `The sending domain ${domain.name} is not verified any more.`;
}
