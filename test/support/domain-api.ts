import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { companyInfoRoutes } from "../../functions/api/routes/company-info.ts";
import { domainRoutes } from "../../functions/api/routes/domains.ts";
import { type AuditStore, auditStore } from "../../shared/accounts/audit-store.ts";
import { type ApiClient, apiClient } from "./api-service.ts";
import { type DomainService, startDomainService } from "./domain-service.ts";
import { documentClientFor } from "./dynamodb.ts";
import { type SendService, startSendService } from "./send-service.ts";
import { settableClock } from "./test-table.ts";

/** A domain as its making answers. */
export interface MadeDomain {
  readonly id: number;
  readonly domain_name: string;
  readonly dns_records: { domain: string; type: "TXT"; value: string }[];
}

/** The routes of domains and company information for the tests of a file; before each a new account that may have many. */
export function useDomainApi() {
  const clock = settableClock(Date.UTC(2026, 0, 31, 12));
  let sending: SendService;
  let service: DomainService;
  let ask: ApiClient;
  let audits: AuditStore;
  let account: Awaited<ReturnType<SendService["account"]>>;
  let made = 0;

  beforeAll(async () => {
    sending = await startSendService(clock);
    const at = { client: documentClientFor(sending.dynamo), table: "Accounts", clock };
    service = await startDomainService(at);
    audits = auditStore(at);
    const deps = { domainWork: service.work, email: service.email };
    ask = apiClient(sending, [...companyInfoRoutes(deps), ...domainRoutes(deps)]);
  });
  afterAll(async () => {
    await service.stop();
    await sending.stop();
  });
  beforeEach(async () => {
    account = await sending.account();
    await sending.accounts.setPlanName(account.accountId, "business-100k");
    clock.advance(31_000);
    service.mails.length = 0;
  });

  const newName = () => `fresh${++made}.example`;
  const call = (method: string, path: string, body?: unknown, token = account.token) =>
    ask(method, path, { token, body });
  return {
    clock,
    get sending() {
      return sending;
    },
    get service() {
      return service;
    },
    get audits() {
      return audits;
    },
    get account() {
      return account;
    },
    ask: (...request: Parameters<ApiClient>) => ask(...request),
    /** A name that no account has. */
    newName,
    call,
    async create(domain_name = newName()): Promise<MadeDomain> {
      const { status, body } = await call("POST", "/api/domains", { domain: { domain_name } });
      expect(status).toBe(200);
      return body as MadeDomain;
    },
    /** The secret of a token for one domain. */
    async tokenFor(resourceId: number, accessLevel: 10 | 100): Promise<string> {
      const resources = [{ resourceType: "domain" as const, resourceId, accessLevel }];
      const wanted = { name: "one", resources, expiresAt: null };
      return (await sending.accounts.createToken(account.accountId, wanted)).secret;
    },
  };
}
