import type { ComplianceStatus, DnsCheck, RecordKey, RecordStatus, SendingDomain } from "./sending-domain.ts";
import { wantsTrackingHost } from "./tracking-host.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Without these mail fails at receivers. A tracking host of the domain's own can wait: there is a shared one. */
const neededRecords: readonly RecordKey[] = ["verification", "dkim1", "dkim2", "dmarc"];
/** A verified domain whose records are gone keeps its rights for so long: DNS providers have bad minutes, too. */
const graceMs = hourMs;
const checkEveryMs = {
  unverified: hourMs,
  verified: dayMs,
  reviewed: 2 * minuteMs,
  // A certificate takes minutes, once the record is seen everywhere.
  openingHost: 15 * minuteMs,
} as const;

/** Statuses that a domain holds only while its records are there. */
const restingOnDns: ReadonlySet<ComplianceStatus> = new Set([
  "missing_company_info",
  "under_review",
  "awaiting_questionnaire",
  "awaiting_card_verification",
  "compliant",
]);

type Records = Readonly<Record<RecordKey, { readonly status: RecordStatus }>>;

/** `unknown` where the DNS did not answer and what it did answer is well: then nothing is decided. */
export function verdictOf(records: Records): "verified" | "unverified" | "unknown" {
  const statuses = neededRecords.map((key) => records[key].status);
  if (statuses.every((status) => status === "pass")) return "verified";
  return statuses.every((status) => status === "pass" || status === "network_error")
    ? "unknown"
    : "unverified";
}

/** What is known of a domain's records after a look at them. */
export function dnsAfterCheck(
  before: DnsCheck | undefined,
  records: DnsCheck["records"],
  now: number,
): DnsCheck {
  const { verifiedAt = null, lostAt = null } = before ?? {};
  const seen = { checkedAt: now, records };
  switch (verdictOf(records)) {
    case "verified":
      return { ...seen, verifiedAt: verifiedAt ?? now, lostAt: null };
    case "unknown":
      return { ...seen, verifiedAt, lostAt };
    case "unverified": {
      const lostSince = lostAt ?? now;
      const isLost = verifiedAt === null || now - lostSince >= graceMs;
      return {
        ...seen,
        ...(isLost ? { verifiedAt: null, lostAt: null } : { verifiedAt, lostAt: lostSince }),
      };
    }
  }
}

/**
 * The status after a look at the DNS. What the operator has decided, no record changes; and who was made
 * compliant by the operator without any records has none to lose.
 */
export function statusAfterCheck(
  domain: Pick<SendingDomain, "complianceStatus" | "dns" | "approvedAt">,
  dns: DnsCheck,
  { hasCompanyInfo }: { hasCompanyInfo: boolean },
): ComplianceStatus {
  const { complianceStatus, approvedAt } = domain;
  const wasVerified = domain.dns !== undefined && domain.dns.verifiedAt !== null;
  const isVerified = dns.verifiedAt !== null;
  if (complianceStatus === "unverified_dns" && isVerified) {
    if (approvedAt !== undefined) return "compliant";
    return hasCompanyInfo ? "under_review" : "missing_company_info";
  }
  // Given at the very moment when it was found missing, or by a request that was cut off.
  if (complianceStatus === "missing_company_info" && isVerified && hasCompanyInfo) return "under_review";
  if (wasVerified && !isVerified && restingOnDns.has(complianceStatus)) return "unverified_dns";
  return complianceStatus;
}

/** The status after a review; the domain that gives no reason for doubt may send. */
export function statusAfterReview(reasons: readonly string[]): ComplianceStatus {
  return reasons.length === 0 ? "compliant" : "awaiting_questionnaire";
}

/** Epoch ms at which a domain is to be looked at again; undefined for one that nobody need look at. */
export function nextCheckAt(
  domain: Pick<SendingDomain, "complianceStatus" | "customTracking" | "demo" | "dns" | "trackingHost">,
  now: number,
): number | undefined {
  const { complianceStatus, demo, dns, trackingHost } = domain;
  if (demo) return undefined;
  if (complianceStatus === "under_review") return now + checkEveryMs.reviewed;
  if (trackingHost?.state === "pending" && wantsTrackingHost(domain)) return now + checkEveryMs.openingHost;
  const isSettled = complianceStatus !== "missing_company_info";
  const isWell = isSettled && dns !== undefined && dns.verifiedAt !== null && dns.lostAt === null;
  return now + (isWell ? checkEveryMs.verified : checkEveryMs.unverified);
}
