import { afterAll, beforeAll, beforeEach } from "vitest";
import { accountAccessRoutes } from "../../functions/api/routes/account-accesses.ts";
import { accountRoutes } from "../../functions/api/routes/accounts.ts";
import { permissionRoutes } from "../../functions/api/routes/permissions.ts";
import { type AccessStore, accessStore } from "../../shared/accounts/access-store.ts";
import { type ApiClient, apiClient } from "./api-service.ts";
import { documentClientFor } from "./dynamodb.ts";
import { type SendService, startSendService } from "./send-service.ts";
import { settableClock } from "./test-table.ts";

/** An access as the API shows it. */
export interface ShownAccess {
  readonly id: number;
  readonly specifier_type: string;
  readonly specifier: { id: number; email: string; name: string; two_factor_authentication_enabled: boolean };
  readonly resources: { resource_type: string; resource_id: number; access_level: number }[];
  readonly permissions: Record<string, boolean>;
  readonly invitation_expires_at: string | null;
}

/** What links of invitations are signed with. */
export const linkKey = "k".repeat(64);

function testMail() {
  const sent: { to: string; subject: string; text: string }[] = [];
  const mail = {
    sent,
    /** While it is, nothing can be sent. */
    isSick: false,
    send: async (one: (typeof sent)[number]) => {
      if (mail.isSick) throw new Error("no mail");
      sent.push(one);
    },
  };
  return mail;
}

function routesOf(
  { accounts, domains }: SendService,
  accesses: AccessStore,
  email: ReturnType<typeof testMail>,
) {
  const linkKeys = { key: async () => linkKey };
  const pagesUrl = "https://track.example.net";
  return [
    ...accountAccessRoutes({ accounts, accesses, domains, email, linkKeys, pagesUrl }),
    ...permissionRoutes({ domains }),
    ...accountRoutes({ organizations: { members: async () => [] } }),
  ];
}

/** The routes of an account's users for the tests of a file; before each a new account that may have many. */
export function useAccessApi() {
  const clock = settableClock(Date.UTC(2026, 0, 31, 12));
  const mail = testMail();
  let service: SendService;
  let accesses: AccessStore;
  let client: ApiClient;
  let account: Awaited<ReturnType<SendService["account"]>>;
  let domainId: number;

  beforeAll(async () => {
    service = await startSendService(clock);
    accesses = accessStore({ client: documentClientFor(service.dynamo), table: "Accounts", clock });
    client = apiClient(service, routesOf(service, accesses, mail));
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    mail.isSick = false;
    await newAccount({ planName: "business-100k" });
    domainId = (await service.domains.find(account.accountId, account.domain))?.id ?? 0;
  });

  /** Takes the place of the account before; the domain stays that one's. */
  async function newAccount(wish?: Parameters<SendService["account"]>[0]): Promise<void> {
    account = await service.account(wish);
  }
  const ask = (...request: Parameters<ApiClient>) => client(...request);
  const call = (method: string, path: string, body?: object, token = account.token) =>
    ask(method, `/api/accounts/${account.accountId}${path}`, { token, body });

  return {
    ...{ clock, mail, newAccount, ask, call },
    get service() {
      return service;
    },
    get accesses() {
      return accesses;
    },
    get account() {
      return account;
    },
    get domainId() {
      return domainId;
    },
    ...callsOf(call),
    ...permissionsOn(() => ({ accountId: account.accountId, domainId })),
    /** A user with that level on the whole account, and a token that acts for him. */
    user: async (email: string, accessLevel: 10 | 100) => {
      const { accountId } = account;
      const resources = [{ resourceType: "account" as const, resourceId: accountId, accessLevel }];
      const access = await accesses.addUser({ accountId, email, name: "Ada", resources });
      const wanted = { name: "Ada's", resources: [], expiresAt: null, accessId: access.id };
      return { ...access, token: (await service.accounts.createToken(accountId, wanted)).secret };
    },
  };
}

type Call = (method: string, path: string, body?: object, token?: string) => ReturnType<ApiClient>;

function callsOf(call: Call) {
  return {
    list: async (query = "", token?: string) =>
      (await call("GET", `/account_accesses${query}`, undefined, token)).body as ShownAccess[],
    bulk: (id: number, permissions: unknown[], token?: string) =>
      call("PUT", `/account_accesses/${id}/permissions/bulk`, { permissions }, token),
  };
}

/** Permissions as they are asked for and shown. */
function permissionsOn(place: () => { accountId: number; domainId: number }) {
  return {
    whole: (access_level: number | string) => ({
      resource_type: "account",
      resource_id: place().accountId,
      access_level,
    }),
    ofDomain: (access_level: number | string) => ({
      resource_type: "sending_domain",
      resource_id: String(place().domainId),
      access_level,
    }),
  };
}
