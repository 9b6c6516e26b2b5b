import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { checkDue } from "../../functions/check-domains/check-due.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { addDomain } from "../../shared/domains/add-domain.ts";
import type { CompanyInfo } from "../../shared/domains/company-info.ts";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import { account as someAccount } from "./delivery-world.ts";
import { type DomainService, startDomainService } from "./domain-service.ts";
import { useDynamo } from "./dynamodb.ts";
import { settableClock } from "./test-table.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** What checks domains, for the tests of a `describe`; before each a new account, whose company has a website. */
export function useCheckedDomains() {
  const dynamo = useDynamo();
  const clock = settableClock(Date.UTC(2026, 0, 31, 12));
  const website = useWebsite();
  let service: DomainService;
  let accountId = 0;
  const accountsTable = () => ({ client: dynamo.client, table: dynamo.tables.accounts, clock });

  beforeAll(async () => {
    service = await startDomainService(accountsTable());
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    const accounts = accountStore(accountsTable());
    accountId = await accounts.nextId();
    await accounts.create({ ...someAccount, id: accountId, ownerEmail: `owner@account${accountId}.example` });
    service.mails.length = 0;
  });

  const company = () => companyWith(website.url());
  const add = (name = `shop${accountId}.example`) =>
    addDomain(service.work, { accountId, typedName: name, complianceStatus: "unverified_dns" });
  const now = async ({ id }: SendingDomain) => {
    const domain = await service.work.domains.get(accountId, id);
    if (domain === undefined) throw new Error("the domain is gone");
    return domain;
  };
  const statusOf = async (domain: SendingDomain) => (await now(domain)).complianceStatus;
  const pass = async (ms: number) => {
    clock.advance(ms);
    return await checkDue({ ...service.work });
  };
  /** What the audit log has of the service's own doing, oldest first. */
  const noted = () => notedOf(accountsTable(), accountId);

  return {
    ...{ clock, company, add, now, statusOf, pass, noted },
    get service() {
      return service;
    },
    get accountId() {
      return accountId;
    },
    /** The steps in the audit log: what happened, and the status before and after it. */
    statusesIn: async () => (await noted()).map(statusChange),
    /** A domain that may send. */
    compliant: async () => {
      await service.work.companyInfos.put(accountId, company());
      const domain = await add();
      await service.setRecords(domain);
      await service.dns.records.set([{ name: domain.name, type: "A", value: "127.0.0.1" }]);
      await pass(hour);
      await pass(2 * minute);
      expect(await statusOf(domain)).toBe("compliant");
      return domain;
    },
  };
}

/** A website that answers, while the tests run. */
function useWebsite() {
  let server: Server;
  beforeAll(async () => {
    server = createServer((_, response) => response.end("Hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.close();
  });
  return { url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

function companyWith(websiteUrl: string): CompanyInfo {
  return {
    ...{ name: "Shop", address: "1 Quay", city: "Cork", country: "IE", zipCode: "T12", phone: null },
    ...{ websiteUrl, privacyPolicyUrl: null, termsOfServiceUrl: null, level: null },
  };
}

async function notedOf(table: Parameters<typeof auditStore>[0], accountId: number) {
  const entries = await auditStore(table).list(accountId, { limit: 50 });
  expect(entries.every(({ actor }) => actor.name === "System" && actor.id === undefined)).toBe(true);
  return entries.filter(({ resource }) => resource.type === "sending_domain").toReversed();
}

function statusChange({ event, changes }: Awaited<ReturnType<typeof notedOf>>[number]) {
  const status = changes?.["compliance_status"];
  return [event.split(".")[2], status?.from, status?.to];
}
