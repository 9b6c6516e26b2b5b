import { describe, expect, it } from "vitest";
import { emailsIn, useSuppressionApi } from "../../../test/support/suppression-api.ts";

const api = useSuppressionApi();
const { ask, domainToken, get, newCustomer, post, secondDomain, suppressed, wish } = api;

describe("tenants", () => {
  it("see, change and remove nothing of one another", async () => {
    const existing = await suppressed();
    const theirs = {
      email: "quiet@example.net",
      domainId: api.customer.domainId,
      domainName: api.customer.domain,
    };
    const optOut = await api.service.optOuts.put({ accountId: api.customer.accountId, ...theirs });
    const { token } = await newCustomer();
    expect((await get("", token)).body).toEqual([]);
    expect((await get("?email=gone@example.net", token)).body).toEqual([]);
    expect((await ask("GET", "/api/tracking_opt_outs", { token })).body).toEqual({ data: [], last_id: null });
    expect((await ask("DELETE", `/api/suppressions/${existing?.id}`, { token })).status).toBe(404);
    expect((await ask("DELETE", `/api/tracking_opt_outs/${optOut.id}`, { token })).status).toBe(404);
    expect((await post(wish(), token)).status).toBe(422);
    expect((await ask("GET", `/api/accounts/${api.customer.accountId}/suppressions`, { token })).status).toBe(
      403,
    );
    expect(emailsIn((await get()).body)).toEqual(["gone@example.net"]);
  });

  it("give tokens for one domain its entries alone", async () => {
    const { id: otherId, name: otherName } = await secondDomain();
    const own = await suppressed({ email: "own@example.net" });
    const other = await suppressed({ email: "other@example.net", domainId: otherId, domainName: otherName });
    const wide = await suppressed({
      email: "wide@example.net",
      domainId: null,
      domainName: null,
      stream: "any",
    });
    const token = await domainToken(api.customer.domainId, 100);
    expect(emailsIn((await get("", token)).body)).toEqual(["own@example.net"]);
    expect((await get("?email=other@example.net", token)).body).toEqual([]);
    for (const id of [other?.id, wide?.id]) {
      expect((await ask("DELETE", `/api/suppressions/${id}`, { token })).status).toBe(404);
    }
    expect((await post(wish({ domain_id: otherId }), token)).status).toBe(403);
    expect((await post(wish({ email: "new@example.net" }), token)).status).toBe(201);
    expect((await ask("DELETE", `/api/suppressions/${own?.id}`, { token })).status).toBe(200);
  });

  it("give a token that may only look no more than that", async () => {
    const existing = await suppressed();
    const wide = await suppressed({ domainId: null, domainName: null, stream: "any" });
    const forbidden = { status: 403, body: { errors: "Account access forbidden" } };
    for (const token of [api.customer.viewerToken, await domainToken(api.customer.domainId, 10)]) {
      expect(emailsIn((await get("", token)).body)).toContain("gone@example.net");
      expect(await post(wish(), token)).toMatchObject(forbidden);
      expect(await ask("DELETE", `/api/suppressions/${existing?.id}`, { token })).toMatchObject(forbidden);
    }
    expect(
      await ask("DELETE", `/api/suppressions/${wide?.id}`, { token: api.customer.viewerToken }),
    ).toMatchObject(forbidden);
  });

  it("show a token without any permission nothing", async () => {
    await suppressed();
    const { secret } = await api.service.accounts.createToken(api.customer.accountId, {
      name: "n",
      resources: [],
      expiresAt: null,
    });
    expect((await get("", secret)).body).toEqual([]);
  });
});
