import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { trackingOptOutRoutes } from "./tracking-opt-outs.ts";

let service: SendService;
let ask: ApiClient;
let customer: Awaited<ReturnType<typeof newCustomer>>;

beforeAll(async () => {
  service = await startSendService(settableClock(Date.UTC(2026, 0, 31, 12)));
  ask = apiClient(service, trackingOptOutRoutes(service));
});
afterAll(() => service.stop());
beforeEach(async () => {
  customer = await newCustomer();
});

async function newCustomer() {
  const account = await service.account();
  const domain = await service.domains.find(account.accountId, account.domain);
  return { ...account, domainId: domain?.id ?? 0 };
}

describe("tracking opt-outs", () => {
  const base = "/api/tracking_opt_outs";
  const optOut = (fields: object = {}) => ({
    email: "quiet@example.net",
    domain_id: customer.domainId,
    ...fields,
  });

  it("are made once, listed by page, and taken back", async () => {
    const { token } = customer;
    const made = await ask("POST", base, { token, body: optOut({ email: "Quiet@example.net" }) });
    expect(made).toMatchObject({
      status: 201,
      body: { data: { email: "quiet@example.net", domain_name: customer.domain } },
    });
    expect((await ask("POST", base, { token, body: optOut() })).body).toEqual(made.body);

    const { data } = made.body as { data: { id: string } };
    expect((await ask("GET", `${base}?email=QUIET@example.net`, { token })).body).toEqual({
      data: [data],
      last_id: null,
    });
    expect((await ask("GET", `${base}?last_id=${data.id}`, { token })).body).toEqual({
      data: [],
      last_id: null,
    });
    expect(await ask("DELETE", `${base}/${data.id}`, { token })).toMatchObject({ status: 200, body: data });
    expect(await ask("DELETE", `${base}/${data.id}`, { token })).toMatchObject({
      status: 404,
      body: { errors: { base: ["Tracking opt-out not found"] } },
    });
  });

  it("have a last id while there are more", async () => {
    const { accountId, domainId, domain: domainName } = customer;
    for (let start = 0; start < 1_001; start += 91) {
      const some = Array.from({ length: 91 }, (_, place) => `r${start + place}@example.net`);
      await Promise.all(some.map((email) => service.optOuts.put({ accountId, domainId, domainName, email })));
    }
    const { token } = customer;
    const first = (await ask("GET", base, { token })).body as { data: { id: string }[]; last_id: string };
    expect([first.data.length, first.last_id]).toEqual([1_000, first.data.at(-1)?.id]);
    const second = await ask("GET", `${base}?last_id=${first.last_id}`, { token });
    expect(second.body).toMatchObject({ data: { length: 1 }, last_id: null });
  });

  it("are refused with an address that is none, and to who may only look", async () => {
    const { token, viewerToken } = customer;
    expect(await ask("POST", base, { token, body: optOut({ email: "quiet" }) })).toMatchObject({
      status: 422,
      body: { errors: { email: ["format is invalid"] } },
    });
    expect((await ask("POST", base, { token: viewerToken, body: optOut() })).status).toBe(403);
  });
});
