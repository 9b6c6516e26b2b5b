import { beforeEach, describe, expect, it } from "vitest";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import { day, minute, useCheckedDomains } from "../../test/support/checked-domains.ts";
import { mailHost } from "../../test/support/domain-service.ts";
import { checkDue } from "./check-due.ts";

describe("a domain's own tracking host", () => {
  const domains = useCheckedDomains();
  const { clock, compliant, now, pass } = domains;

  const pointTo = (endpoint: string) =>
    domains.service.dns.records.set([{ name: `t.${mailHost}`, type: "CNAME", value: endpoint }]);
  const wanted = async () => {
    const domain = await compliant();
    return domains.service.work.domains.changeSettings(domains.accountId, domain.id, {
      customTracking: true,
    });
  };
  const stateOf = async (domain: SendingDomain) => (await now(domain)).trackingHost?.state;

  beforeEach(async () => {
    await domains.service.dns.records.remove(`t.${mailHost}`);
    await domains.service.dns.records.set([{ name: "d1.cloudfront.net", type: "A", value: "192.0.2.1" }]);
  });

  it("is served soon after the domain wants it, once it leads to CloudFront", async () => {
    await pointTo("elsewhere.example");
    await domains.service.dns.records.set([{ name: "elsewhere.example", type: "A", value: "192.0.2.1" }]);
    const domain = await wanted();
    await pass(0);
    expect(await stateOf(domain)).toBe("pending");
    await pointTo("d1.cloudfront.net");
    const states = [];
    for (let quarter = 0; quarter < 3; quarter += 1) {
      await pass(15 * minute);
      states.push(await stateOf(domain));
    }
    expect(states).toEqual(["pending", "pending", "active"]);
    expect((await now(domain)).complianceStatus).toBe("compliant");
  });

  it("is left alone while the domain does not want it, or its record is missing", async () => {
    await pointTo("d1.cloudfront.net");
    const without = await compliant();
    await pass(day);
    expect(await stateOf(without)).toBeUndefined();

    await domains.service.work.domains.changeSettings(domains.accountId, without.id, {
      customTracking: true,
    });
    await domains.service.dns.records.remove(`mt-link.${without.name}`);
    await pass(day);
    expect(await stateOf(without)).toBeUndefined();
  });

  it("that is taken elsewhere fails with the reason, and keeps nothing else of the domain back", async () => {
    await pointTo("d1.cloudfront.net");
    const domain = await wanted();
    const taken = {
      open: () => Promise.resolve({ state: "failed", reason: "The host name is in use." } as const),
    };
    await checkDue({ ...domains.service.work, trackingHosts: taken });
    expect(await now(domain)).toMatchObject({
      complianceStatus: "compliant",
      trackingHost: { state: "failed", reason: "The host name is in use." },
    });
  });

  it("stays as it was while CloudFront does not answer", async () => {
    await pointTo("d1.cloudfront.net");
    const domain = await wanted();
    await pass(0);
    const broken = { open: () => Promise.reject(new Error("throttled")) };
    clock.advance(15 * minute);
    expect((await checkDue({ ...domains.service.work, trackingHosts: broken })).failed).toBe(0);
    expect(await stateOf(domain)).toBe("pending");
  });
});
