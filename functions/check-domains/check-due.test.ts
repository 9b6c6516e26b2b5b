import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GetEmailIdentityCommand } from "@aws-sdk/client-sesv2";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { addDomain } from "../../shared/domains/add-domain.ts";
import type { CompanyInfo } from "../../shared/domains/company-info.ts";
import { removeDomain } from "../../shared/domains/remove-domain.ts";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import { account as someAccount } from "../../test/support/delivery-world.ts";
import { type DomainService, mailHost, startDomainService } from "../../test/support/domain-service.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { checkDue } from "./check-due.ts";

const start = Date.UTC(2026, 0, 31, 12);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe("the check of domains", () => {
  const dynamo = useDynamo();
  const clock = settableClock(start);
  let service: DomainService;
  let website: Server;
  let company: CompanyInfo;
  let accountId = 0;

  beforeAll(async () => {
    service = await startDomainService({ client: dynamo.client, table: dynamo.tables.accounts, clock });
    website = createServer((_, response) => response.end("Hello"));
    await new Promise<void>((resolve) => website.listen(0, "127.0.0.1", resolve));
    const { port } = website.address() as AddressInfo;
    company = {
      ...{ name: "Shop", address: "1 Quay", city: "Cork", country: "IE", zipCode: "T12", phone: null },
      ...{
        websiteUrl: `http://127.0.0.1:${port}/`,
        privacyPolicyUrl: null,
        termsOfServiceUrl: null,
        level: null,
      },
    };
  });
  afterAll(async () => {
    website.close();
    await service.stop();
  });

  beforeEach(async () => {
    const accounts = accountStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
    accountId = await accounts.nextId();
    await accounts.create({ ...someAccount, id: accountId, ownerEmail: `owner@account${accountId}.example` });
    service.mails.length = 0;
  });

  const add = (name = `shop${accountId}.example`) =>
    addDomain(service.work, { accountId, typedName: name, complianceStatus: "unverified_dns" });
  const now = async ({ id }: SendingDomain) => {
    const domain = await service.work.domains.get(accountId, id);
    if (domain === undefined) throw new Error("the domain is gone");
    return domain;
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    return await checkDue({ ...service.work });
  };
  /** What the audit log has of the service's own doing, oldest first. */
  const noted = async () => {
    const audits = auditStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
    const entries = await audits.list(accountId, { limit: 50 });
    const isOfDomain = ({ resource }: (typeof entries)[number]) => resource.type === "sending_domain";
    expect(entries.every(({ actor }) => actor.name === "System" && actor.id === undefined)).toBe(true);
    return entries.filter(isOfDomain).toReversed();
  };
  const statusesIn = async () =>
    (await noted()).map(({ event, changes }) => [
      event.split(".")[2],
      changes?.["compliance_status"]?.from,
      changes?.["compliance_status"]?.to,
    ]);
  const statusOf = async (domain: SendingDomain) => (await now(domain)).complianceStatus;
  /** A domain that may send. */
  const compliant = async () => {
    await service.work.companyInfos.put(accountId, company);
    const domain = await add();
    await service.setRecords(domain);
    await service.dns.records.set([{ name: domain.name, type: "A", value: "127.0.0.1" }]);
    await pass(hour);
    await pass(2 * minute);
    expect(await statusOf(domain)).toBe("compliant");
    return domain;
  };

  it("takes a domain from nothing to compliant, and tells its owner at each step", async () => {
    await service.work.companyInfos.put(accountId, company);
    const domain = await add();
    await service.dns.records.set([{ name: domain.name, type: "A", value: "127.0.0.1" }]);
    await pass(hour);
    expect(await statusOf(domain)).toBe("unverified_dns");
    expect((await now(domain)).dns?.records.dkim1.status).toBe("missing");

    await service.setRecords(domain);
    await pass(59 * minute);
    expect(await statusOf(domain)).toBe("unverified_dns");
    await pass(minute);
    expect(await statusOf(domain)).toBe("under_review");
    await pass(2 * minute);
    expect(await statusOf(domain)).toBe("compliant");
    expect(service.told()).toEqual([`${domain.name} is under review`, `${domain.name} is ready to send`]);
    expect(await statusesIn()).toEqual([
      ["verified", "unverified_dns", "under_review"],
      ["reviewed", "under_review", "compliant"],
    ]);
    expect(service.mails.map(({ to }) => to)).toEqual([
      [`owner@account${accountId}.example`],
      [`owner@account${accountId}.example`],
    ]);
  });

  it("asks for the company information, and for answers where the review has doubts", async () => {
    const domain = await add();
    await service.setRecords(domain);
    await pass(hour);
    expect(await statusOf(domain)).toBe("missing_company_info");
    await service.work.companyInfos.put(accountId, { ...company, websiteUrl: "http://127.0.0.1:9/" });
    await service.work.domains.change(domain, { complianceStatus: "under_review", checkAt: clock.now() });
    await pass(0);
    expect(await now(domain)).toMatchObject({
      complianceStatus: "awaiting_questionnaire",
      reviewReasons: [
        "The domain leads to no website and takes no mail.",
        "The website in the company information does not answer.",
      ],
    });
    expect(service.told()).toEqual([`${domain.name}: tell us who sends`, `${domain.name}: a few questions`]);
  });

  it("warns of records that disappear, takes the rights an hour later, and gives them back with the records", async () => {
    const domain = await compliant();
    service.mails.length = 0;
    await service.dns.records.remove(`_dmarc.${domain.name}`);
    await pass(day);
    expect(await statusOf(domain)).toBe("compliant");
    await pass(hour);
    expect(await statusOf(domain)).toBe("unverified_dns");
    await service.setRecords(domain);
    await pass(hour);
    expect(await statusOf(domain)).toBe("compliant");
    expect(service.told()).toEqual([
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
    service.dns.records.faults.set(domain.name, "servfail");
    await pass(day);
    await pass(day);
    service.dns.records.faults.clear();
    expect(await now(domain)).toMatchObject({ complianceStatus: "compliant" });
    expect((await now(domain)).dns).toMatchObject({ lostAt: null });
    expect((await now(domain)).dns?.records.dmarc.status).toBe("network_error");
  });

  it("rotates keys each quarter, and no signature meets a key that is not published", async () => {
    const domain = await compliant();
    const first = domain.dkimKeys;
    const signingAtSes = async () => {
      const command = new GetEmailIdentityCommand({ EmailIdentity: domain.name });
      return (await service.ses.send(command)).DkimAttributes?.Tokens?.[0];
    };
    const published = (selector: string) =>
      service.dns.records.of(`${selector}.${domain.id}.dkim.smtp.${mailHost}`)[0]?.value;
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
    await service.work.companyInfos.put(accountId, company);
    const domain = await add();
    await service.setRecords(domain);
    await service.dns.records.set([{ name: domain.name, type: "A", value: "127.0.0.1" }]);
    clock.advance(hour);
    await Promise.all(Array.from({ length: 5 }, () => checkDue({ ...service.work })));
    expect(await statusesIn()).toEqual([["verified", "unverified_dns", "under_review"]]);
    clock.advance(91 * day);
    await pass(0);
    await Promise.all(Array.from({ length: 5 }, () => pass(8 * day)));
    const steps = (await noted()).map(({ event }) => event.split(".")[2]);
    expect(steps.filter((step) => step === "dkim_key_switched")).toHaveLength(1);
    expect(steps.filter((step) => step === "dkim_key_renewed")).toHaveLength(1);
    const { dkimKeys } = await now(domain);
    for (const { selector, publicKey } of dkimKeys) {
      const [record] = service.dns.records.of(`${selector}.${domain.id}.dkim.smtp.${mailHost}`);
      expect(record?.value).toBe(`v=DKIM1; k=rsa; p=${publicKey}`);
    }
  });

  describe("a domain's own tracking host", () => {
    const pointTo = (endpoint: string) =>
      service.dns.records.set([{ name: `t.${mailHost}`, type: "CNAME", value: endpoint }]);
    const wanted = async () => {
      const domain = await compliant();
      return service.work.domains.changeSettings(accountId, domain.id, { customTracking: true });
    };
    const stateOf = async (domain: SendingDomain) => (await now(domain)).trackingHost?.state;

    beforeEach(async () => {
      await service.dns.records.remove(`t.${mailHost}`);
      await service.dns.records.set([{ name: "d1.cloudfront.net", type: "A", value: "192.0.2.1" }]);
    });

    it("is served soon after the domain wants it, once it leads to CloudFront", async () => {
      await pointTo("elsewhere.example");
      await service.dns.records.set([{ name: "elsewhere.example", type: "A", value: "192.0.2.1" }]);
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

      await service.work.domains.changeSettings(accountId, without.id, { customTracking: true });
      await service.dns.records.remove(`mt-link.${without.name}`);
      await pass(day);
      expect(await stateOf(without)).toBeUndefined();
    });

    it("that is taken elsewhere fails with the reason, and keeps nothing else of the domain back", async () => {
      await pointTo("d1.cloudfront.net");
      const domain = await wanted();
      const taken = {
        open: () => Promise.resolve({ state: "failed", reason: "The host name is in use." } as const),
      };
      await checkDue({ ...service.work, trackingHosts: taken });
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
      expect((await checkDue({ ...service.work, trackingHosts: broken })).failed).toBe(0);
      expect(await stateOf(domain)).toBe("pending");
    });
  });

  it("takes a deleted domain's keys back after a week, and remembers the domain", async () => {
    const domain = await compliant();
    const host = `rwmt1.${domain.id}.dkim.smtp.${mailHost}`;
    await removeDomain(service.work, domain);
    await removeDomain(service.work, domain);
    expect(await service.work.domains.find(accountId, domain.name)).toBeUndefined();
    await pass(6 * day);
    expect(service.dns.records.of(host)).toHaveLength(1);
    await pass(day);
    expect(service.dns.records.of(host)).toEqual([]);
    expect(await service.work.checks.listDeleted(accountId)).toMatchObject([
      { id: domain.id, name: domain.name },
    ]);
    expect((await add(domain.name)).id).not.toBe(domain.id);
  });

  it("goes on with the others when one fails", async () => {
    const domain = await add();
    await service.work.domains.change(domain, { checkAt: clock.now() });
    const broken = {
      ...service.work,
      companyInfos: { ...service.work.companyInfos, get: () => Promise.reject(new Error("broken")) },
    };
    expect((await checkDue(broken)).failed).toBeGreaterThan(0);
    // Many that fail each time must not keep others from being looked at.
    clock.advance(9 * minute);
    expect(await service.work.checks.due(500)).not.toContainEqual({ accountId, name: domain.name });
    clock.advance(minute);
    expect(await service.work.checks.due(500)).toContainEqual({ accountId, name: domain.name });
  });
});
