import { describe, expect, it } from "vitest";
import { dnsAfterCheck, nextCheckAt, statusAfterCheck, statusAfterReview, verdictOf } from "./compliance.ts";
import type { ComplianceStatus, DnsCheck, RecordStatus } from "./sending-domain.ts";

const now = Date.UTC(2026, 0, 31, 12);
const hour = 3_600_000;

function records(
  status: RecordStatus,
  change: Partial<Record<string, RecordStatus>> = {},
): DnsCheck["records"] {
  const of = (key: string) => ({ status: change[key] ?? status, found: [] });
  return {
    ...{ verification: of("verification"), dkim1: of("dkim1"), dkim2: of("dkim2") },
    ...{ dmarc: of("dmarc"), link_verification: of("link_verification") },
  };
}

const verified = dnsAfterCheck(undefined, records("pass"), now);

describe("a domain's records together", () => {
  it.each<[DnsCheck["records"], string]>([
    [records("pass"), "verified"],
    [records("pass", { link_verification: "missing" }), "verified"],
    [records("pass", { dmarc: "missing" }), "unverified"],
    [records("pass", { verification: "softfail" }), "unverified"],
    [records("pass", { dkim2: "network_error" }), "unknown"],
    [records("network_error"), "unknown"],
    [records("network_error", { dkim1: "fail" }), "unverified"],
  ])("%# are %s", (given, verdict) => {
    expect(verdictOf(given)).toBe(verdict);
  });
});

describe("verification", () => {
  it("lasts from the first look that finds all, and through looks that get no answer", () => {
    const later = dnsAfterCheck(verified, records("network_error"), now + hour);
    expect(later).toMatchObject({ checkedAt: now + hour, verifiedAt: now, lostAt: null });
  });

  it("is lost when the records stay gone for an hour, not before", () => {
    const gone = dnsAfterCheck(verified, records("missing"), now + hour);
    expect(gone).toMatchObject({ verifiedAt: now, lostAt: now + hour });
    const stillGone = dnsAfterCheck(gone, records("missing"), now + 2 * hour - 1);
    expect(stillGone).toMatchObject({ verifiedAt: now, lostAt: now + hour });
    expect(dnsAfterCheck(stillGone, records("missing"), now + 2 * hour)).toMatchObject({
      ...{ verifiedAt: null, lostAt: null },
    });
    expect(dnsAfterCheck(stillGone, records("pass"), now + 2 * hour)).toMatchObject({
      ...{ verifiedAt: now, lostAt: null },
    });
  });
});

describe("a domain's status", () => {
  const none = dnsAfterCheck(undefined, records("missing"), now);
  const statusAfter = (
    complianceStatus: ComplianceStatus,
    dns: DnsCheck,
    {
      before,
      approvedAt,
      hasCompanyInfo = true,
    }: { before?: DnsCheck; approvedAt?: number; hasCompanyInfo?: boolean },
  ) =>
    statusAfterCheck(
      { complianceStatus, ...(before && { dns: before }), ...(approvedAt !== undefined && { approvedAt }) },
      dns,
      { hasCompanyInfo },
    );

  it("goes on with the records: to the review, by way of the company's data", () => {
    expect(statusAfter("unverified_dns", none, {})).toBe("unverified_dns");
    expect(statusAfter("unverified_dns", verified, {})).toBe("under_review");
    expect(statusAfter("unverified_dns", verified, { hasCompanyInfo: false })).toBe("missing_company_info");
    expect(statusAfter("unverified_dns", verified, { approvedAt: now })).toBe("compliant");
  });

  it("goes on from missing data that is there after all", () => {
    expect(statusAfter("missing_company_info", verified, { before: verified })).toBe("under_review");
    expect(statusAfter("missing_company_info", verified, { before: verified, hasCompanyInfo: false })).toBe(
      "missing_company_info",
    );
    expect(statusAfter("missing_company_info", none, { before: verified })).toBe("unverified_dns");
  });

  it.each<ComplianceStatus>(["compliant", "under_review", "awaiting_questionnaire"])(
    "falls from %s when verification is lost",
    (status) => {
      expect(statusAfter(status, none, { before: verified })).toBe("unverified_dns");
      expect(statusAfter(status, verified, { before: verified })).toBe(status);
    },
  );

  it.each<ComplianceStatus>(["suspended", "non_compliant", "demo", "demo_exhausted"])(
    "stays %s, whatever the DNS says",
    (status) => {
      expect(statusAfter(status, none, { before: verified })).toBe(status);
      expect(statusAfter(status, verified, {})).toBe(status);
    },
  );

  it("stays compliant by the operator's word where no record was ever there", () => {
    expect(statusAfter("compliant", none, {})).toBe("compliant");
    expect(statusAfter("compliant", none, { before: none })).toBe("compliant");
  });

  it("is compliant after a review without reasons against it", () => {
    expect(statusAfterReview([])).toBe("compliant");
    expect(statusAfterReview(["it resolves to nothing"])).toBe("awaiting_questionnaire");
  });
});

describe("the next look", () => {
  const next = (complianceStatus: ComplianceStatus, dns?: DnsCheck, demo = false) =>
    nextCheckAt({ complianceStatus, demo, customTracking: false, ...(dns && { dns }) }, now);

  it("comes in an hour, in a day once verified, and in two minutes under review", () => {
    expect(next("unverified_dns")).toBe(now + hour);
    expect(next("compliant", verified)).toBe(now + 24 * hour);
    expect(next("compliant", { ...verified, lostAt: now })).toBe(now + hour);
    expect(next("missing_company_info", verified)).toBe(now + hour);
    expect(next("under_review", verified)).toBe(now + 120_000);
    expect(next("demo", undefined, true)).toBeUndefined();
  });

  it("comes in a quarter of an hour while a tracking host waits for its certificate", () => {
    const nextWith = (customTracking: boolean, state: "pending" | "active" | "failed") =>
      nextCheckAt(
        {
          complianceStatus: "compliant",
          demo: false,
          customTracking,
          dns: verified,
          trackingHost: { state },
        },
        now,
      );
    expect(nextWith(true, "pending")).toBe(now + hour / 4);
    expect(nextWith(true, "active")).toBe(now + 24 * hour);
    expect(nextWith(true, "failed")).toBe(now + 24 * hour);
    expect(nextWith(false, "pending")).toBe(now + 24 * hour);
  });
});
