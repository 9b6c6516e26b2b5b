import { GetEmailIdentityCommand } from "@aws-sdk/client-sesv2";
import { describe, expect, it } from "vitest";
import { removeDomain } from "../../shared/domains/remove-domain.ts";
import { day, hour, useCheckedDomains } from "../../test/support/checked-domains.ts";
import { mailHost } from "../../test/support/domain-service.ts";
import { checkDue } from "./check-due.ts";

describe("the check of domains, of keys,", () => {
  const domains = useCheckedDomains();
  const { add, clock, company, compliant, noted, now, pass, statusesIn } = domains;

  it("rotates keys each quarter, and no signature meets a key that is not published", async () => {
    const domain = await compliant();
    const first = domain.dkimKeys;
    const signingAtSes = async () => {
      const command = new GetEmailIdentityCommand({ EmailIdentity: domain.name });
      return (await domains.service.ses.send(command)).DkimAttributes?.Tokens?.[0];
    };
    const published = (selector: string) =>
      domains.service.dns.records.of(`${selector}.${domain.id}.dkim.smtp.${mailHost}`)[0]?.value;
    for (let week = 0; week < 27; week += 1) {
      await pass(7 * day);
      const { dkimKeys } = await now(domain);
      for (const { selector, publicKey } of dkimKeys) {
        expect(published(selector)).toBe(`v=DKIM1; k=rsa; p=${publicKey}`);
      }
      expect(await signingAtSes()).toBe(dkimKeys[0]?.selector);
    }
    const { dkimKeys } = await now(domain);
    // Twice switched: the first selector signs again, with another key.
    expect(dkimKeys.map(({ selector }) => selector)).toEqual(["rwmt1", "rwmt2"]);
    expect(dkimKeys[0]?.publicKey).not.toBe(first[0]?.publicKey);
    const rotations = (await noted()).filter(({ event }) => event.includes("dkim"));
    expect(rotations.map(({ event, changes }) => [event.split(".")[2], Object.keys(changes ?? {})])).toEqual([
      ["dkim_key_switched", ["dkim_selector"]],
      ["dkim_key_renewed", ["rwmt1_public"]],
      ["dkim_key_switched", ["dkim_selector"]],
      ["dkim_key_renewed", ["rwmt2_public"]],
    ]);
    expect(rotations.map(({ changes }) => changes?.["dkim_selector"]?.to)).toEqual([
      ...["rwmt2", undefined, "rwmt1", undefined],
    ]);
    expect(rotations[3]?.changes?.["rwmt2_public"]?.to).toBe(dkimKeys[1]?.publicKey);
  });

  it("notes once what many looks at once find", async () => {
    await domains.service.work.companyInfos.put(domains.accountId, company());
    const domain = await add();
    await domains.service.setRecords(domain);
    await domains.service.dns.records.set([{ name: domain.name, type: "A", value: "127.0.0.1" }]);
    clock.advance(hour);
    await Promise.all(Array.from({ length: 5 }, () => checkDue({ ...domains.service.work })));
    expect(await statusesIn()).toEqual([["verified", "unverified_dns", "under_review"]]);
    clock.advance(91 * day);
    await pass(0);
    await Promise.all(Array.from({ length: 5 }, () => pass(8 * day)));
    const steps = (await noted()).map(({ event }) => event.split(".")[2]);
    expect(steps.filter((step) => step === "dkim_key_switched")).toHaveLength(1);
    expect(steps.filter((step) => step === "dkim_key_renewed")).toHaveLength(1);
    const { dkimKeys } = await now(domain);
    for (const { selector, publicKey } of dkimKeys) {
      const [record] = domains.service.dns.records.of(`${selector}.${domain.id}.dkim.smtp.${mailHost}`);
      expect(record?.value).toBe(`v=DKIM1; k=rsa; p=${publicKey}`);
    }
  });

  it("takes a deleted domain's keys back after a week, and remembers the domain", async () => {
    const domain = await compliant();
    const host = `rwmt1.${domain.id}.dkim.smtp.${mailHost}`;
    await removeDomain(domains.service.work, domain);
    await removeDomain(domains.service.work, domain);
    expect(await domains.service.work.domains.find(domains.accountId, domain.name)).toBeUndefined();
    await pass(6 * day);
    expect(domains.service.dns.records.of(host)).toHaveLength(1);
    await pass(day);
    expect(domains.service.dns.records.of(host)).toEqual([]);
    expect(await domains.service.work.checks.listDeleted(domains.accountId)).toMatchObject([
      { id: domain.id, name: domain.name },
    ]);
    expect((await add(domain.name)).id).not.toBe(domain.id);
  });
});
