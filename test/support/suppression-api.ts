import { afterAll, beforeAll, beforeEach } from "vitest";
import { suppressionRoutes } from "../../functions/api/routes/suppressions.ts";
import { trackingOptOutRoutes } from "../../functions/api/routes/tracking-opt-outs.ts";
import type { NewSuppression } from "../../shared/suppressions/suppression-store.ts";
import { type ApiClient, apiClient } from "./api-service.ts";
import { type SendService, startSendService } from "./send-service.ts";
import { settableClock } from "./test-table.ts";

/** When each test begins. */
export const noon = Date.UTC(2026, 0, 31, 12);

export const emailsIn = (body: unknown) => (body as { email: string }[]).map(({ email }) => email);

/** The routes of the lists for the tests of a file; before each a new customer with a domain. */
export function useSuppressionApi() {
  const clock = settableClock(noon);
  let service: SendService;
  let client: ApiClient;
  let customer: Awaited<ReturnType<typeof newCustomer>>;

  beforeAll(async () => {
    service = await startSendService(clock);
    client = apiClient(service, [...suppressionRoutes(service), ...trackingOptOutRoutes(service)]);
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    clock.set(noon);
    customer = await newCustomer();
  });

  async function newCustomer() {
    const account = await service.account();
    const domain = await service.domains.find(account.accountId, account.domain);
    return { ...account, domainId: domain?.id ?? 0 };
  }

  const ask = (...request: Parameters<ApiClient>) => client(...request);
  return {
    ...{ clock, newCustomer, ask },
    get service() {
      return service;
    },
    get customer() {
      return customer;
    },
    wish: (fields: object = {}) => ({
      ...{ email: "gone@example.net", domain_id: customer.domainId, sending_stream: "bulk" },
      ...fields,
    }),
    post: (body: unknown, token = customer.token) => ask("POST", "/api/suppressions", { token, body }),
    get: (query = "", token = customer.token) => ask("GET", `/api/suppressions${query}`, { token }),
    suppressed: (fields: Partial<NewSuppression> = {}) => {
      const { accountId, domainId, domain: domainName } = customer;
      const usual = { accountId, domainId, domainName, email: "gone@example.net", stream: "bulk" as const };
      return service.suppressions.put({ ...usual, type: "manual import", ...fields });
    },
    secondDomain: () => {
      const { accountId } = customer;
      const name = `second${accountId}.example`;
      return service.domains.add({ accountId, name, complianceStatus: "compliant", dkimKeys: [] });
    },
    /** A token that may see, or change, one domain alone. */
    domainToken: async (resourceId: number, accessLevel: 10 | 100): Promise<string> => {
      const resources = [{ resourceType: "domain" as const, resourceId, accessLevel }];
      const wanted = { name: "d", resources, expiresAt: null };
      return (await service.accounts.createToken(customer.accountId, wanted)).secret;
    },
  };
}
