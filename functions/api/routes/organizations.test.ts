import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { organizationStore } from "../../../shared/accounts/organization-store.ts";
import { demoDomainStore } from "../../../shared/domains/demo-domain-store.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { documentClientFor } from "../../../test/support/dynamodb.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { accountRoutes } from "./accounts.ts";
import { organizationRoutes } from "./organizations.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));

let service: SendService;
let organizations: ReturnType<typeof organizationStore>;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;
let organizationId: number;
let token: string;

beforeAll(async () => {
  service = await startSendService(clock);
  const table = { client: documentClientFor(service.dynamo), table: "Accounts", clock };
  organizations = organizationStore(table);
  const domainWork = { demoDomains: demoDomainStore(table), mailHost: "mail.example.net" };
  const { accounts, quota } = service;
  ask = apiClient(service, [
    ...organizationRoutes({ accounts, organizations, quota, domainWork, clock }),
    ...accountRoutes({ organizations }),
  ]);
});
afterAll(() => service.stop());
beforeEach(async () => {
  account = await service.account();
  const organization = await organizations.create({ name: "Group", mainAccountId: account.accountId });
  organizationId = organization.id;
  const resources = [
    { resourceType: "organization" as const, resourceId: organizationId, accessLevel: 100 as const },
  ];
  const wanted = { name: "org", resources, expiresAt: null };
  token = (await service.accounts.createToken(account.accountId, wanted)).secret;
});

const subAccounts = (method: string, body?: object, id = organizationId, secret = token) =>
  ask(method, `/api/organizations/${id}/sub_accounts`, { token: secret, body });

describe("an organization", () => {
  it("makes sub-accounts, and lists them", async () => {
    expect((await subAccounts("GET")).body).toEqual([]);
    const { status, body } = await subAccounts("POST", { account: { name: " Team " } });
    expect({ status, body }).toEqual({ status: 200, body: { id: expect.any(Number), name: "Team" } });
    expect((await subAccounts("GET")).body).toEqual([body]);
    const { id } = body as { id: number };
    expect(await service.accounts.get(id)).toMatchObject({ organizationId, ownerEmail: "owner@example.net" });
    expect(await service.quota.usage(id)).toMatchObject({ planName: "free", used: 0 });
    expect((await ask("GET", "/api/accounts", { token })).body).toEqual([
      { id: account.accountId, name: "Till", access_levels: [100] },
      { id, name: "Team", access_levels: [100] },
    ]);
  });

  it.each([[undefined], [{}], [{ account: {} }], [{ account: { name: " " } }], [{ account: "Team" }]])(
    "answers 400 with an empty page to %j",
    async (body) => {
      const answer = await subAccounts("POST", body);
      expect(answer).toMatchObject({ status: 400, body: "", headers: { "content-type": "text/html" } });
    },
  );

  it("has no accounts whose names never end", async () => {
    const body = { account: { name: "n".repeat(256) } };
    expect(await subAccounts("POST", body)).toMatchObject({
      status: 422,
      body: { errors: { name: ["is too long (maximum is 255 characters)"] } },
    });
  });

  it.each(["Team\nVisit http://bad.example", "Team\u0000"])(
    "has no accounts whose names could be more than names: %j",
    async (name) => {
      expect(await subAccounts("POST", { account: { name } })).toMatchObject({
        status: 422,
        body: { errors: { name: ["is invalid"] } },
      });
    },
  );

  it("is nobody else's", async () => {
    const forbidden = { status: 403, body: { errors: "Access forbidden" } };
    for (const method of ["GET", "POST"]) {
      const body = { account: { name: "Team" } };
      expect(await subAccounts(method, body, organizationId, account.token)).toMatchObject(forbidden);
      expect(await subAccounts(method, body, organizationId + 1)).toMatchObject(forbidden);
    }
  });
});
