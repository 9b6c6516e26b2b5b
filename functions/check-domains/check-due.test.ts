import { describe, expect, it } from "vitest";
import { day, hour, minute, useCheckedDomains } from "../../test/support/checked-domains.ts";
import { checkDue } from "./check-due.ts";

describe("the check of domains", () => {
  const domains = useCheckedDomains();
  const { add, clock, company, compliant, now, pass, statusOf, statusesIn } = domains;

  it("takes a domain from nothing to compliant, and tells its owner at each step", async () => {
    await domains.service.work.companyInfos.put(domains.accountId, company());
    const domain = await add();
    await domains.service.dns.records.set([{ name: domain.name, type: "A", value: "127.0.0.1" }]);
    await pass(hour);
    expect(await statusOf(domain)).toBe("unverified_dns");
    expect((await now(domain)).dns?.records.dkim1.status).toBe("missing");

    await domains.service.setRecords(domain);
    await pass(59 * minute);
    expect(await statusOf(domain)).toBe("unverified_dns");
    await pass(minute);
    expect(await statusOf(domain)).toBe("under_review");
    await pass(2 * minute);
    expect(await statusOf(domain)).toBe("compliant");
    expect(domains.service.told()).toEqual([
      `${domain.name} is under review`,
      `${domain.name} is ready to send`,
    ]);
    expect(await statusesIn()).toEqual([
      ["verified", "unverified_dns", "under_review"],
      ["reviewed", "under_review", "compliant"],
    ]);
    expect(domains.service.mails.map(({ to }) => to)).toEqual([
      [`owner@account${domains.accountId}.example`],
      [`owner@account${domains.accountId}.example`],
    ]);
  });

  it("asks for the company information, and for answers where the review has doubts", async () => {
    const domain = await add();
    await domains.service.setRecords(domain);
    await pass(hour);
    expect(await statusOf(domain)).toBe("missing_company_info");
    await domains.service.work.companyInfos.put(domains.accountId, {
      ...company(),
      websiteUrl: "http://127.0.0.1:9/",
    });
    await domains.service.work.domains.change(domain, {
      complianceStatus: "under_review",
      checkAt: clock.now(),
    });
    await pass(0);
    expect(await now(domain)).toMatchObject({
      complianceStatus: "awaiting_questionnaire",
      reviewReasons: [
        "The domain leads to no website and takes no mail.",
        "The website in the company information does not answer.",
      ],
    });
    expect(domains.service.told()).toEqual([
      `${domain.name}: tell us who sends`,
      `${domain.name}: a few questions`,
    ]);
  });

  it("warns of records that disappear, takes the rights an hour later, and gives them back with the records", async () => {
    const domain = await compliant();
    domains.service.mails.length = 0;
    await domains.service.dns.records.remove(`_dmarc.${domain.name}`);
    await pass(day);
    expect(await statusOf(domain)).toBe("compliant");
    await pass(hour);
    expect(await statusOf(domain)).toBe("unverified_dns");
    await domains.service.setRecords(domain);
    await pass(hour);
    expect(await statusOf(domain)).toBe("compliant");
    expect(domains.service.told()).toEqual([
      `${domain.name}: DNS records have disappeared`,
      `${domain.name}: DNS records are missing`,
      `${domain.name} is ready to send`,
    ]);
    expect((await statusesIn()).slice(2)).toEqual([
      ["verification_lost", "compliant", "unverified_dns"],
      ["verified", "unverified_dns", "compliant"],
    ]);
  });

  it("takes nothing from anybody while the DNS does not answer", async () => {
    const domain = await compliant();
    domains.service.dns.records.faults.set(domain.name, "servfail");
    await pass(day);
    await pass(day);
    domains.service.dns.records.faults.clear();
    expect(await now(domain)).toMatchObject({ complianceStatus: "compliant" });
    expect((await now(domain)).dns).toMatchObject({ lostAt: null });
    expect((await now(domain)).dns?.records.dmarc.status).toBe("network_error");
  });

  it("goes on with the others when one fails", async () => {
    const domain = await add();
    await domains.service.work.domains.change(domain, { checkAt: clock.now() });
    const broken = {
      ...domains.service.work,
      companyInfos: { ...domains.service.work.companyInfos, get: () => Promise.reject(new Error("broken")) },
    };
    expect((await checkDue(broken)).failed).toBeGreaterThan(0);
    // Many that fail each time must not keep others from being looked at.
    clock.advance(9 * minute);
    expect(await domains.service.work.checks.due(500)).not.toContainEqual({
      accountId: domains.accountId,
      name: domain.name,
    });
    clock.advance(minute);
    expect(await domains.service.work.checks.due(500)).toContainEqual({
      accountId: domains.accountId,
      name: domain.name,
    });
  });
});
