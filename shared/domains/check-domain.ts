import { auditEntry, system } from "../accounts/audit.ts";
import { noteOfStatus } from "./audit-notes.ts";
import { type CheckRecordsDeps, checkRecords } from "./check-records.ts";
import type { CompanyInfo } from "./company-info.ts";
import type { CompanyInfoStore } from "./company-info-store.ts";
import { dnsAfterCheck, nextCheckAt, statusAfterCheck, statusAfterReview } from "./compliance.ts";
import { type OpenTrackingHostDeps, openTrackingHost } from "./open-tracking-host.ts";
import { type ReviewDomainDeps, reviewDomain } from "./review-domain.ts";
import { type RotateKeysDeps, rotateKeys } from "./rotate-keys.ts";
import type { SendingDomain } from "./sending-domain.ts";
import { type TellOwnerDeps, tellOwner } from "./tell-owner.ts";

export interface CheckDomainDeps
  extends CheckRecordsDeps,
    ReviewDomainDeps,
    RotateKeysDeps,
    TellOwnerDeps,
    OpenTrackingHostDeps {
  readonly companyInfos: CompanyInfoStore;
}

/**
 * Looks at a domain: asks the DNS for its records, moves it on to what follows from them, reviews it if that is
 * what it waits for, has its tracking host served, rotates its keys when they are due, and tells its owner what is new.
 */
export async function checkDomain(deps: CheckDomainDeps, domain: SendingDomain): Promise<SendingDomain> {
  if (domain.demo) return domain;
  const [records, company] = await Promise.all([
    checkRecords(deps, domain),
    deps.companyInfos.get(domain.accountId),
  ]);
  const now = deps.clock.now();
  const dns = dnsAfterCheck(domain.dns, records, now);
  const status = statusAfterCheck(domain, dns, { hasCompanyInfo: company !== undefined });
  const review = status === "under_review" ? await reviewed(deps, domain, company) : {};
  const trackingHost = await openTrackingHost(deps, { ...domain, dns });
  const changed = { dns, complianceStatus: status, ...review, ...(trackingHost && { trackingHost }) };
  const note = noteOfStatus(domain, { ...domain, ...changed });
  const change = {
    ...changed,
    ...(changed.complianceStatus === "compliant" && { approvedAt: domain.approvedAt ?? now }),
    checkAt: nextCheckAt({ ...domain, ...changed }, now) ?? now,
  };
  const saved = await deps.domains.changeIfStill(domain, change, note && auditEntry(system, note, now));
  // Somebody has decided in the meantime; the next look goes by that.
  if (saved === undefined) return (await deps.domains.get(domain.accountId, domain.id)) ?? domain;
  return rotateKeys(deps, await tellOwner(deps, saved));
}

/** A domain that has come to its review with this very look is reviewed with the next. */
async function reviewed(
  deps: ReviewDomainDeps,
  domain: SendingDomain,
  company: CompanyInfo | undefined,
): Promise<Partial<SendingDomain>> {
  if (domain.complianceStatus !== "under_review") return {};
  const reviewReasons = await reviewDomain(deps, domain, company);
  return reviewReasons === undefined
    ? {}
    : { reviewReasons, complianceStatus: statusAfterReview(reviewReasons) };
}
