import { describe, expect, it } from "vitest";
import { accountStore } from "../../../shared/accounts/account-store.ts";
import { useAccessApi } from "../../../test/support/access-api.ts";
import { documentClientFor } from "../../../test/support/dynamodb.ts";

const api = useAccessApi();
const { ask, bulk, call, clock, list, ofDomain, user, whole } = api;

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
    expect(await call("DELETE", `/account_accesses/${id}`)).toMatchObject({
      status: 403,
      body: { errors: "Account access forbidden" },
    });
  });

  it("have the same id in every account", async () => {
    const first = await user("ada@example.net", 10);
    await api.newAccount({ planName: "business-100k" });
    const second = await user("Ada@Example.net", 10);
    expect([second.specifierId, second.email]).toEqual([first.specifierId, "ada@example.net"]);
    expect(second.id).not.toBe(first.id);
  });

  it("are found by the domains that they have access to, however clients write the filter", async () => {
    const ada = await user("ada@example.net", 10);
    await bulk(ada.id, [{ ...whole(10), _destroy: true }]);
    const emails = async (query: string) => (await list(query)).map(({ specifier }) => specifier.email);
    const owner = "owner@example.net";
    expect(await emails(`?domain_ids[]=${api.domainId}`)).toEqual([owner]);
    await bulk(ada.id, [ofDomain("admin")]);
    for (const filter of ["domain_ids[]", "domain_ids", "domain_uuids[]", "domain_ids[0]"]) {
      expect(await emails(`?${filter}=${api.domainId}`)).toEqual([owner, ada.email]);
    }
    expect(await emails("?inbox_ids[]=7")).toEqual([]);
    expect(await emails("")).toEqual([owner, ada.email]);
  });

  it("are shown to admins alone", async () => {
    expect((await call("GET", "/account_accesses", undefined, api.account.viewerToken)).status).toBe(403);
  });
});

describe("a user who is removed", () => {
  it("loses access at once, everywhere within 30 seconds, and his tokens are gone", async () => {
    const ada = await user("ada@example.net", 100);
    const elsewhere = accountStore({
      client: documentClientFor(api.service.dynamo),
      table: "Accounts",
      clock,
    });
    expect((await ask("GET", "/api/accounts", { token: ada.token })).body).toMatchObject([
      { id: api.account.accountId, access_levels: [100] },
    ]);
    expect(await elsewhere.findByToken(ada.token)).toBeDefined();
    expect(await call("DELETE", `/account_accesses/${ada.id}`)).toMatchObject({
      ...{ status: 200, body: { id: ada.id } },
    });
    expect((await ask("GET", "/api/accounts", { token: ada.token })).status).toBe(401);
    clock.advance(30_001);
    expect(await elsewhere.findByToken(ada.token)).toBeUndefined();
    const names = (await api.service.accounts.tokens.list(api.account.accountId)).map(({ name }) => name);
    expect(names).not.toContain("Ada's");
    expect((await call("DELETE", `/account_accesses/${ada.id}`)).status).toBe(404);
  });

  it("may be himself", async () => {
    const ada = await user("ada@example.net", 100);
    expect((await call("DELETE", `/account_accesses/${ada.id}`, undefined, ada.token)).status).toBe(200);
  });
});

describe("an account", () => {
  it("is its owner's at the highest level", async () => {
    const [owner] = await api.accesses.list(api.account.accountId);
    const wanted = { name: "own", resources: [], expiresAt: null, accessId: owner?.id ?? 0 };
    const { secret } = await api.service.accounts.createToken(api.account.accountId, wanted);
    expect((await ask("GET", "/api/accounts", { token: secret })).body).toEqual([
      { id: api.account.accountId, name: "Till", access_levels: [1_000] },
    ]);
    expect((await list("", secret)).length).toBe(1);
  });
});
