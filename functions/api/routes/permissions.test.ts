import { describe, expect, it } from "vitest";
import { useAccessApi } from "../../../test/support/access-api.ts";

const api = useAccessApi();
const { ask, bulk, call, list, ofDomain, user, whole } = api;

describe("permissions", () => {
  it("are set by type and id, and destroyed, under either name and level", async () => {
    const { id } = await user("ada@example.net", 10);
    const resources = async () => (await list()).find((access) => access.id === id)?.resources;
    expect((await bulk(id, [ofDomain("admin"), whole("100")])).body).toEqual({
      message: "Permissions have been updated!",
    });
    expect(await resources()).toEqual([whole(100), { ...ofDomain(100), resource_id: api.domainId }]);
    await bulk(id, [ofDomain(10), { ...whole(100), _destroy: true }]);
    expect(await resources()).toEqual([{ ...ofDomain(10), resource_id: api.domainId }]);
    const billing = { resource_type: "billing", resource_id: api.account.accountId, access_level: "viewer" };
    await bulk(id, [billing]);
    expect(await resources()).toContainEqual({ ...billing, access_level: 10 });
  });

  it("are lost by nobody who is changed twice at the same moment", async () => {
    const { id } = await user("ada@example.net", 10);
    await Promise.all([bulk(id, [ofDomain("admin")]), bulk(id, [{ ...whole(10), _destroy: true }])]);
    const ada = (await list()).find((access) => access.id === id);
    expect(ada?.resources).toEqual([{ ...ofDomain(100), resource_id: api.domainId }]);
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
    expect((await call("GET", "/account_accesses", undefined, ada.token)).status).toBe(403);
    await bulk(ada.id, [whole("admin")]);
    expect((await call("GET", "/account_accesses", undefined, ada.token)).status).toBe(200);
  });
});

describe("the tree of resources", () => {
  const tree = async (token: string) => (await ask("GET", "/api/permissions/resources", { token })).body;
  const domain = () => ({
    id: api.domainId,
    name: api.account.domain,
    type: "domain",
    access_level: 100,
    resources: [],
  });

  it("is what the token is admin of", async () => {
    expect(await tree(api.account.token)).toMatchObject([
      {
        ...{ id: api.account.accountId, name: "Till", type: "account", access_level: 100 },
        resources: [{ type: "email_template_permission_scope" }, { type: "billing" }, domain()],
      },
    ]);
    expect(await tree(api.account.viewerToken)).toEqual([]);
    const resources = [
      { resourceType: "domain" as const, resourceId: api.domainId, accessLevel: 100 as const },
    ];
    const wanted = { name: "d", resources, expiresAt: null };
    const { secret } = await api.service.accounts.createToken(api.account.accountId, wanted);
    expect(await tree(secret)).toEqual([domain()]);
  });
});
