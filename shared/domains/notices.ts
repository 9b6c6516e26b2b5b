import type { DomainNews } from "../platform/notice.ts";
import type { SendingDomain } from "./sending-domain.ts";

/** What an owner may need to know of a domain: a new state is a reason to tell him. */
export function stateToTell({
  complianceStatus,
  dns,
}: Pick<SendingDomain, "complianceStatus" | "dns">): DomainNews["state"] | "demo" {
  const isAtRisk = complianceStatus === "compliant" && dns !== undefined && dns.lostAt !== null;
  return isAtRisk ? "records_lost" : complianceStatus;
}

/** The news of a domain's state; undefined where there is nothing to say. */
export function newsOf(domain: SendingDomain): DomainNews | undefined {
  const state = stateToTell(domain);
  if (state === "demo") return undefined;
  const { id: domainId, name, reviewReasons: reasons, toldTimes: turn = 0 } = domain;
  return { kind: "domain_state", domainId, name, state, reasons, turn };
}
