import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AccessStore, accessStore } from "../../../shared/accounts/access-store.ts";
import { accountStore } from "../../../shared/accounts/account-store.ts";
import { readInvitation } from "../../../shared/accounts/invitation.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { documentClientFor } from "../../../test/support/dynamodb.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { accountAccessRoutes } from "./account-accesses.ts";
import { accountRoutes } from "./accounts.ts";
import { permissionRoutes } from "./permissions.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));

let service: SendService;
let accesses: AccessStore;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;
let domainId: number;
const mails: { to: string; subject: string; text: string }[] = [];
const key = "k".repeat(64);
let isMailSick = false;

beforeAll(async () => {
  service = await startSendService(clock);
  accesses = accessStore({ client: documentClientFor(service.dynamo), table: "Accounts", clock });
  const email = {
    send: async (mail: (typeof mails)[number]) => {
      if (isMailSick) throw new Error("no mail");
      mails.push(mail);
    },
  };
  const linkKeys = { key: async () => key };
  const pagesUrl = "https://track.example.net";
  const { accounts, domains } = service;
  ask = apiClient(service, [
    ...accountAccessRoutes({ accounts, accesses, domains, email, linkKeys, pagesUrl }),
    ...permissionRoutes({ domains }),
    ...accountRoutes({ organizations: { members: async () => [] } }),
  ]);
});
afterAll(() => service.stop());
beforeEach(async () => {
  isMailSick = false;
  account = await service.account({ planName: "business-100k" });
  domainId = (await service.domains.find(account.accountId, account.domain))?.id ?? 0;
});

interface Shown {
  readonly id: number;
  readonly specifier_type: string;
  readonly specifier: { id: number; email: string; name: string; two_factor_authentication_enabled: boolean };
  readonly resources: { resource_type: string; resource_id: number; access_level: number }[];
  readonly permissions: Record<string, boolean>;
  readonly invitation_expires_at: string | null;
}

const api = (method: string, path: string, body?: object, token = account.token) =>
  ask(method, `/api/accounts/${account.accountId}${path}`, { token, body });
const list = async (query = "", token = account.token) =>
  (await api("GET", `/account_accesses${query}`, undefined, token)).body as Shown[];
const bulk = (id: number, permissions: unknown[], token = account.token) =>
  api("PUT", `/account_accesses/${id}/permissions/bulk`, { permissions }, token);
const whole = (access_level: number | string) => ({
  resource_type: "account",
  resource_id: account.accountId,
  access_level,
});
const ofDomain = (access_level: number | string) => ({
  resource_type: "sending_domain",
  resource_id: String(domainId),
  access_level,
});

/** A user with that level on the whole account, and a token that acts for him. */
async function user(email: string, accessLevel: 10 | 100) {
  const { accountId } = account;
  const resources = [{ resourceType: "account" as const, resourceId: accountId, accessLevel }];
  const access = await accesses.addUser({ accountId, email, name: "Ada", resources });
  const wanted = { name: "Ada's", resources: [], expiresAt: null, accessId: access.id };
  return { ...access, token: (await service.accounts.createToken(accountId, wanted)).secret };
}

describe("an account's users", () => {
  it("begin with its owner, whom nobody changes or removes", async () => {
    const [owner] = await list();
    expect(owner).toEqual({
      id: expect.any(Number),
      specifier_type: "User",
      specifier: {
        ...{ id: expect.any(Number), email: "owner@example.net", name: "" },
        two_factor_authentication_enabled: false,
      },
      resources: [whole(1_000)],
      permissions: { can_read: true, can_update: false, can_destroy: false, can_leave: false },
      invitation_expires_at: null,
    });
    const id = owner?.id ?? 0;
    expect((await bulk(id, [whole("viewer")])).status).toBe(403);
    expect(await api("DELETE", `/account_accesses/${id}`)).toMatchObject({
      status: 403,
      body: { errors: "Account access forbidden" },
    });
  });

  it("have the same id in every account", async () => {
    const first = await user("ada@example.net", 10);
    account = await service.account({ planName: "business-100k" });
    const second = await user("Ada@Example.net", 10);
    expect([second.specifierId, second.email]).toEqual([first.specifierId, "ada@example.net"]);
    expect(second.id).not.toBe(first.id);
  });

  it("are found by the domains that they have access to, however clients write the filter", async () => {
    const ada = await user("ada@example.net", 10);
    await bulk(ada.id, [{ ...whole(10), _destroy: true }]);
    const emails = async (query: string) => (await list(query)).map(({ specifier }) => specifier.email);
    const owner = "owner@example.net";
    expect(await emails(`?domain_ids[]=${domainId}`)).toEqual([owner]);
    await bulk(ada.id, [ofDomain("admin")]);
    for (const filter of ["domain_ids[]", "domain_ids", "domain_uuids[]", "domain_ids[0]"]) {
      expect(await emails(`?${filter}=${domainId}`)).toEqual([owner, ada.email]);
    }
    expect(await emails("?inbox_ids[]=7")).toEqual([]);
    expect(await emails("")).toEqual([owner, ada.email]);
  });

  it("are shown to admins alone", async () => {
    expect((await api("GET", "/account_accesses", undefined, account.viewerToken)).status).toBe(403);
  });
});

describe("permissions", () => {
  it("are set by type and id, and destroyed, under either name and level", async () => {
    const { id } = await user("ada@example.net", 10);
    const resources = async () => (await list()).find((access) => access.id === id)?.resources;
    expect((await bulk(id, [ofDomain("admin"), whole("100")])).body).toEqual({
      message: "Permissions have been updated!",
    });
    expect(await resources()).toEqual([whole(100), { ...ofDomain(100), resource_id: domainId }]);
    await bulk(id, [ofDomain(10), { ...whole(100), _destroy: true }]);
    expect(await resources()).toEqual([{ ...ofDomain(10), resource_id: domainId }]);
    const billing = { resource_type: "billing", resource_id: account.accountId, access_level: "viewer" };
    await bulk(id, [billing]);
    expect(await resources()).toContainEqual({ ...billing, access_level: 10 });
  });

  it("are lost by nobody who is changed twice at the same moment", async () => {
    const { id } = await user("ada@example.net", 10);
    await Promise.all([bulk(id, [ofDomain("admin")]), bulk(id, [{ ...whole(10), _destroy: true }])]);
    const ada = (await list()).find((access) => access.id === id);
    expect(ada?.resources).toEqual([{ ...ofDomain(100), resource_id: domainId }]);
  });

  it.each([
    ["another account's domain", { resource_type: "domain", resource_id: 1, access_level: 10 }],
    ["an unknown kind", { resource_type: "moon", resource_id: 1, access_level: 10 }],
    ["an unknown level", { resource_type: "account", resource_id: 1, access_level: "owner" }],
    ["no level", { resource_type: "account", resource_id: 1 }],
    ["nonsense", 7],
  ])("of %s are not found", async (_, permission) => {
    const { id } = await user("ada@example.net", 10);
    expect((await bulk(id, [permission])).status).toBe(404);
  });

  it("are nobody's own to change", async () => {
    const ada = await user("ada@example.net", 100);
    expect((await bulk(ada.id, [whole("viewer")], ada.token)).status).toBe(403);
    const own = (await list("", ada.token)).find(({ id }) => id === ada.id);
    expect(own?.permissions).toEqual({
      ...{ can_read: true, can_update: false, can_destroy: true, can_leave: true },
    });
    const bob = await user("bob@example.net", 10);
    expect((await bulk(bob.id, [whole("admin")], ada.token)).status).toBe(200);
  });

  it("have effect at once on a user's tokens", async () => {
    const ada = await user("ada@example.net", 10);
    expect((await api("GET", "/account_accesses", undefined, ada.token)).status).toBe(403);
    await bulk(ada.id, [whole("admin")]);
    expect((await api("GET", "/account_accesses", undefined, ada.token)).status).toBe(200);
  });
});

describe("a user who is removed", () => {
  it("loses access at once, everywhere within 30 seconds, and his tokens are gone", async () => {
    const ada = await user("ada@example.net", 100);
    const elsewhere = accountStore({ client: documentClientFor(service.dynamo), table: "Accounts", clock });
    expect((await ask("GET", "/api/accounts", { token: ada.token })).body).toMatchObject([
      { id: account.accountId, access_levels: [100] },
    ]);
    expect(await elsewhere.findByToken(ada.token)).toBeDefined();
    expect(await api("DELETE", `/account_accesses/${ada.id}`)).toMatchObject({
      ...{ status: 200, body: { id: ada.id } },
    });
    expect((await ask("GET", "/api/accounts", { token: ada.token })).status).toBe(401);
    clock.advance(30_001);
    expect(await elsewhere.findByToken(ada.token)).toBeUndefined();
    const names = (await service.accounts.tokens.list(account.accountId)).map(({ name }) => name);
    expect(names).not.toContain("Ada's");
    expect((await api("DELETE", `/account_accesses/${ada.id}`)).status).toBe(404);
  });

  it("may be himself", async () => {
    const ada = await user("ada@example.net", 100);
    expect((await api("DELETE", `/account_accesses/${ada.id}`, undefined, ada.token)).status).toBe(200);
  });
});

describe("an invitation", () => {
  const invite = (body: object) => api("POST", "/account_accesses", body);
  const links = () =>
    mails.flatMap(({ text }) => {
      const token = /https:\/\/track\.example\.net\/invitations\/([\w-]+)/.exec(text)?.[1];
      return token === undefined ? [] : [readInvitation(token, key, clock.now())];
    });

  it("is written to whom it is for, listed, and accepted with what it is to", async () => {
    const until = new Date(clock.now() + 7 * 86_400_000).toISOString();
    const { status, body } = await invite({ email: "Bob@example.net", permissions: [ofDomain("viewer")] });
    const invited = body as Shown;
    expect(status).toBe(201);
    expect(invited).toMatchObject({
      specifier_type: "Invite",
      specifier: { email: "bob@example.net", name: "", two_factor_authentication_enabled: false },
      resources: [{ ...ofDomain(10), resource_id: domainId }],
      invitation_expires_at: until,
    });
    const mail = mails.at(-1);
    expect(mail).toMatchObject({ to: "bob@example.net", subject: "You are invited to Till" });
    expect(mail?.text).toContain(`until ${until}`);
    expect(links().at(-1)).toMatchObject({
      accountId: account.accountId,
      accessId: invited.id,
      isOver: false,
    });
    await accesses.accept(account.accountId, invited.id, "Bob");
    const bob = (await list()).find(({ id }) => id === invited.id);
    expect(bob).toMatchObject({ specifier_type: "User", specifier: { name: "Bob" } });
    await expect(accesses.accept(account.accountId, invited.id, "Bob")).rejects.toThrow("Not Found");
  });

  it("made again takes the place of the one before, with what it is to and with its link", async () => {
    const first = (await invite({ email: "bob@example.net", permissions: [whole("admin")] })).body as Shown;
    const again = (await invite({ email: "BOB@example.net", permissions: [ofDomain(10)] })).body as Shown;
    expect(again).toMatchObject({ id: first.id, resources: [{ ...ofDomain(10), resource_id: domainId }] });
    const [old, fresh] = links().slice(-2);
    const accept = (id = "") => accesses.accept(account.accountId, first.id, "Bob", { id });
    await expect(accept(old?.invitationId)).rejects.toThrow("Not Found");
    expect(await accept(fresh?.invitationId)).toMatchObject({ kind: "User", name: "Bob" });
    expect(await list()).toHaveLength(2);
  });

  it("is one for each address, and none more than the plan has users, however many are made at once", async () => {
    account = await service.account({ planName: "basic-10k" });
    const emails = ["bob", "bob", "bob", "eve", "ann", "tim"].map((name) => `${name}@example.net`);
    const answers = await Promise.all(emails.map((email) => invite({ email })));
    const invited = (await list()).slice(1).map(({ specifier }) => specifier.email);
    expect(invited).toHaveLength(2);
    expect(new Set(invited).size).toBe(2);
    for (const [place, { status }] of answers.entries()) {
      expect(status).toBe(invited.includes(emails[place] ?? "") ? 201 : 422);
    }
  });

  it("that cannot be sent is none, and one that was sent before stays", async () => {
    isMailSick = true;
    expect((await invite({ email: "bob@example.net" })).status).toBe(500);
    expect(await list()).toHaveLength(1);
    isMailSick = false;
    await invite({ email: "bob@example.net" });
    isMailSick = true;
    expect((await invite({ email: "bob@example.net" })).status).toBe(500);
    expect(await list()).toHaveLength(2);
  });

  it("is taken back as a user is removed", async () => {
    const { id } = (await invite({ email: "bob@example.net" })).body as Shown;
    expect((await api("DELETE", `/account_accesses/${id}`)).body).toEqual({ id });
    await expect(accesses.accept(account.accountId, id, "Bob")).rejects.toThrow("Not Found");
  });

  it.each([
    [{}, { email: ["can't be blank"] }],
    [{ email: "nobody" }, { email: ["is invalid"] }],
    [{ email: "owner@example.net" }, { email: ["has already been taken"] }],
  ])("is not made of %j", async (body, errors) => {
    expect(await invite(body)).toMatchObject({ status: 422, body: { errors } });
  });

  it("is not one more than the plan has users", async () => {
    account = await service.account();
    expect(await invite({ email: "bob@example.net" })).toMatchObject({
      status: 422,
      body: { errors: { base: ["Your plan's limit of users is reached: 1"] } },
    });
  });
});

describe("the tree of resources", () => {
  const tree = async (token: string) => (await ask("GET", "/api/permissions/resources", { token })).body;
  const domain = () => ({
    id: domainId,
    name: account.domain,
    type: "domain",
    access_level: 100,
    resources: [],
  });

  it("is what the token is admin of", async () => {
    expect(await tree(account.token)).toMatchObject([
      {
        ...{ id: account.accountId, name: "Till", type: "account", access_level: 100 },
        resources: [{ type: "email_template_permission_scope" }, { type: "billing" }, domain()],
      },
    ]);
    expect(await tree(account.viewerToken)).toEqual([]);
    const resources = [{ resourceType: "domain" as const, resourceId: domainId, accessLevel: 100 as const }];
    const wanted = { name: "d", resources, expiresAt: null };
    const { secret } = await service.accounts.createToken(account.accountId, wanted);
    expect(await tree(secret)).toEqual([domain()]);
  });
});

describe("an account", () => {
  it("is its owner's at the highest level", async () => {
    const [owner] = await accesses.list(account.accountId);
    const wanted = { name: "own", resources: [], expiresAt: null, accessId: owner?.id ?? 0 };
    const { secret } = await service.accounts.createToken(account.accountId, wanted);
    expect((await ask("GET", "/api/accounts", { token: secret })).body).toEqual([
      { id: account.accountId, name: "Till", access_levels: [1_000] },
    ]);
    expect((await list("", secret)).length).toBe(1);
  });
});
