import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";
import { billingRoutes } from "./billing.ts";

const january = Date.UTC(2026, 0, 31, 12);
const february = Date.UTC(2026, 1, 28, 12);
const clock = settableClock(january);
const sold = { mostOverage: 100, price: { cents: 1_500, overageCentsPer1000: 100 } };

let service: SendService;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;

beforeAll(async () => {
  service = await startSendService(clock);
  ask = apiClient(service, billingRoutes({ quota: service.quota }));
});
afterAll(() => service.stop());
beforeEach(async () => {
  clock.set(january);
  account = await service.account({ planName: "basic-10k" });
  await service.quota.changePlan(account.accountId, {
    ...{ name: "basic-10k", monthLimit: 10, dayLimit: 1_000 },
    ...sold,
  });
});

const billing = (method: string, what: string, body?: object) =>
  ask(method, `/api/billing/${what}`, { token: account.token, body });

async function sent(count: number): Promise<boolean> {
  const wanted = { accountId: account.accountId, submissionId: crypto.randomUUID(), count };
  return (await service.quota.reserve(wanted)).ok;
}

describe("the usage", () => {
  it.each(readVectors("billing-vectors.json"))("$id: $title", async (vector) => {
    const { path, method } = requestOf(vector, { ACCOUNT_ID: account.accountId, TOKEN: account.token });
    const { status, body } = await ask(method, path, { token: account.token });
    expect(status).toBe(vector.expect.status);
    expect(mismatches(vector.expect.body, body)).toEqual([]);
  });

  it("is that of the period, in both forms of the path", async () => {
    await sent(3);
    const { body } = await billing("GET", "usage");
    expect(body).toMatchObject({
      billing: { cycle_start: "2026-01-31T12:00:00.000Z", cycle_end: "2026-02-28T12:00:00.000Z" },
      sending: { plan: { name: "basic-10k" }, usage: { sent_messages_count: { current: 3, limit: 10 } } },
    });
    const named = await ask("GET", `/api/accounts/${account.accountId}/billing/usage`, {
      token: account.token,
    });
    expect(named.body).toEqual(body);
  });

  it("is nobody else's", async () => {
    const other = await service.account();
    const path = `/api/accounts/${other.accountId}/billing/usage`;
    expect(await ask("GET", path, { token: account.token })).toMatchObject({ status: 403 });
  });
});

describe("emails beyond the month's", () => {
  it("do not go out until somebody lets them, and then up to the cap", async () => {
    expect(await billing("GET", "overage")).toMatchObject({
      body: { enabled: false, cap: 0, used: 0, price_per_1000: 1 },
    });
    expect(await sent(11)).toBe(false);
    const { status, body } = await billing("PATCH", "overage", { enabled: true, cap: 5 });
    expect({ status, body }).toMatchObject({ status: 200, body: { enabled: true, cap: 5 } });
    expect(await sent(12)).toBe(true);
    expect(await billing("GET", "overage")).toMatchObject({ body: { used: 2, cap: 5 } });
    expect(await sent(4)).toBe(false);
  });

  it("are as many as the plan sells unless a cap is given, and none once they are switched off", async () => {
    expect(await billing("PATCH", "overage", { enabled: true })).toMatchObject({ body: { cap: 100 } });
    expect(await billing("PATCH", "overage", { enabled: false })).toMatchObject({
      body: { enabled: false, cap: 0 },
    });
  });

  it("are for admins to switch on, and for plans that sell them", async () => {
    const accounts = [await service.account({ planName: "free" })];
    for (const { token } of accounts) {
      const answer = await ask("PATCH", "/api/billing/overage", { token, body: { enabled: true } });
      expect(answer).toMatchObject({ status: 422, body: { errors: { enabled: [expect.any(String)] } } });
    }
    expect(await billing("PATCH", "overage", { enabled: true, cap: 0 })).toMatchObject({ status: 422 });
    expect(await billing("PATCH", "overage", {})).toMatchObject({ status: 422 });
  });
});

describe("statements", () => {
  it("are of closed periods, the latest first", async () => {
    const { quota } = service;
    await quota.changePlan(account.accountId, {
      name: "basic-10k",
      monthLimit: 10,
      dayLimit: 1_000,
      ...sold,
    });
    await billing("PATCH", "overage", { enabled: true });
    await sent(20);
    expect(await billing("GET", "statements")).toMatchObject({ status: 200, body: [] });
    clock.set(february);
    await quota.rollOver(account.accountId);
    clock.set(Date.UTC(2026, 2, 31, 12));
    await quota.rollOver(account.accountId);
    expect((await billing("GET", "statements")).body).toMatchObject([
      { period_start: "2026-02-28T12:00:00.000Z", emails: 0, overage: 0, total_amount: 1_500 },
      {
        ...{ period_start: "2026-01-31T12:00:00.000Z", period_end: "2026-02-28T12:00:00.000Z" },
        ...{ plan: "basic-10k", emails: 20, included: 10, overage: 10, currency: "USD" },
        ...{ plan_amount: 1_500, overage_amount: 1, total_amount: 1_501 },
      },
    ]);
  });
});
