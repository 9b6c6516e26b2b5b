import { describe, expect, it } from "vitest";
import { type Account, usualLimits } from "../../shared/accounts/account.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { changePlan } from "../../shared/billing/change-plan.ts";
import { createAccount } from "../../shared/billing/create-account.ts";
import { failPayment } from "../../shared/billing/fail-payment.ts";
import { type RefundDeps, refund } from "../../shared/billing/refund.ts";
import { resetPeriods } from "../../shared/billing/reset-periods.ts";
import { overageOf, setOverage } from "../../shared/billing/set-overage.ts";
import { type Statement, statementOf } from "../../shared/billing/statement.ts";
import { newId } from "../../shared/platform/ids.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const june = Date.UTC(2026, 5, 1);
const july = Date.UTC(2026, 6, 1);
const august = Date.UTC(2026, 7, 1);
const day = 86_400_000;
const planStart = june;

await onEachDynamoEngine("billing", (dynamo) => {
  function service(now = june) {
    const clock = settableClock(now);
    const table = { client: dynamo.client, clock };
    const told: Statement[] = [];
    const deps = {
      accounts: accountStore({ ...table, table: dynamo.tables.accounts }),
      quota: quotaStore({ ...table, table: dynamo.tables.quota }),
      periodEvents: { put: async (statement: Statement) => void told.push(statement) },
      owner: { tell: async () => undefined },
    };
    async function account(planName: string, more: { usesQuotaOf?: number } = {}): Promise<Account> {
      const wanted = { name: "Shop", ownerEmail: "owner@example.net", planName, planStart, limits: {} };
      return createAccount(deps, { ...wanted, emailsPerMonth: undefined, emailsPerDay: undefined, ...more });
    }
    async function send(accountId: number, count: number): Promise<boolean> {
      const submissionId = newId(clock.now());
      const { ok } = await deps.quota.reserve({ accountId, submissionId, count });
      deps.quota.finished(accountId, submissionId);
      return ok;
    }
    const reset = async (accountId: number) => {
      const { failures } = await resetPeriods(deps);
      expect(failures.filter((failure) => failure.accountId === accountId)).toEqual([]);
      return told.filter((statement) => statement.accountId === accountId);
    };
    /** What is finished is forgotten by the next reservation. */
    const settle = (accountId: number) => send(accountId, 1);
    /** What the service has noted of plans in an account's audit log. */
    const noted = async (accountId: number) => {
      const audits = auditStore({ ...table, table: dynamo.tables.accounts });
      const entries = await audits.list(accountId, { limit: 10 });
      expect(entries.every(({ actor }) => actor.name === "System")).toBe(true);
      return entries.map(({ event, changes }) => [event, changes?.["plan_name"]]);
    };
    return { clock, deps, told, account, send, reset, settle, noted };
  }

  it("puts a larger plan in force at once, with what it allows more", async () => {
    const { deps, account, send } = service();
    const { id } = await account("basic-10k");
    await setOverage(deps.quota, { accountId: id, enabled: true });
    expect(await send(id, 12_000)).toBe(true);
    expect(await changePlan(deps, { accountId: id, planName: "basic-100k" })).toEqual({
      planName: "basic-100k",
    });
    const { remaining = 0, overageCap = 0 } = (await deps.quota.usage(id)) ?? {};
    expect(remaining - overageCap).toBe(88_000);
    expect(await send(id, 110_000)).toBe(true);
    expect(await overageOf(deps.quota, id)).toMatchObject({ used: 22_000, enabled: true, dollarsPer1000: 1 });
    expect(await deps.accounts.get(id)).toMatchObject({
      planName: "basic-100k",
      limits: { emailsPerHour: 600 },
    });
  });

  it("puts a smaller plan in force when the period ends, for account and quota", async () => {
    const { deps, clock, account, reset, noted } = service();
    const { id } = await account("business-100k");
    const answer = await changePlan(deps, { accountId: id, planName: "basic-10k" });
    expect(answer).toEqual({ planName: "basic-10k", from: july });
    expect(await deps.quota.usage(id)).toMatchObject({ planName: "business-100k", monthLimit: 100_000 });
    clock.set(july);
    await reset(id);
    expect(await deps.quota.usage(id)).toMatchObject({ planName: "basic-10k", monthLimit: 10_000 });
    expect(await deps.accounts.get(id)).toMatchObject({
      planName: "basic-10k",
      limits: { emailsPerHour: 600 },
    });
    clock.set(july + 32 * day);
    await Promise.all([1, 2, 3].map(() => reset(id)));
    expect(await noted(id)).toEqual([
      ["activity_log.account.plan_changed", { from: "business-100k", to: "basic-10k" }],
    ]);
  });

  it("notes a plan that takes its place once, however many close the period at once", async () => {
    const { deps, clock, account, reset, noted } = service();
    const main = await account("business-100k");
    const sub = await account("business-100k", { usesQuotaOf: main.id });
    await changePlan(deps, { accountId: main.id, planName: "free" });
    clock.set(july);
    await Promise.all([1, 2, 3, 4].map(() => reset(main.id)));
    for (const { id } of [main, sub]) {
      expect(await noted(id)).toEqual([
        ["activity_log.account.plan_changed", { from: "business-100k", to: "free" }],
      ]);
    }
  });

  it("lets a cancelled account be on the free plan from the next period, unless it thinks again", async () => {
    const { deps, clock, account, send, reset } = service();
    const [gone, stays] = [await account("basic-10k"), await account("basic-10k")];
    for (const { id } of [gone, stays]) await changePlan(deps, { accountId: id, planName: "free" });
    expect(await send(gone.id, 9_000)).toBe(true);
    await changePlan(deps, { accountId: stays.id, planName: "basic-10k" });
    clock.set(july);
    await reset(gone.id);
    expect(await deps.quota.usage(gone.id)).toMatchObject({
      planName: "free",
      dayLimit: 150,
      dayRemaining: 150,
    });
    expect(await deps.accounts.get(gone.id)).toMatchObject({
      planName: "free",
      limits: { emailsPerHour: 150 },
    });
    expect(await deps.quota.usage(stays.id)).toMatchObject({ planName: "basic-10k" });
  });

  it("follows a plan that came with a period which a sender closed", async () => {
    const { deps, clock, account, send, reset } = service();
    const { id } = await account("basic-10k");
    await changePlan(deps, { accountId: id, planName: "free" });
    clock.set(july);
    await send(id, 1);
    expect((await deps.accounts.get(id))?.planName).toBe("basic-10k");
    await reset(id);
    expect((await deps.accounts.get(id))?.planName).toBe("free");
  });

  it("keeps a statement of each period: the plan's price, and each 1,000 beyond", async () => {
    const { deps, clock, account, send, reset, settle } = service();
    const { id } = await account("basic-10k");
    await setOverage(deps.quota, { accountId: id, enabled: true, cap: 5_000 });
    await send(id, 12_500);
    clock.set(july);
    await settle(id);
    const expected = {
      ...{ accountId: id, planName: "basic-10k", periodStart: june, periodEnd: july },
      ...{ emails: 12_500, included: 10_000, overage: 2_500 },
      ...{ planCents: 1_500, discountCents: 0, overageCents: 250, refundCents: 0, totalCents: 1_750 },
    };
    expect(await reset(id)).toEqual([expected]);
    expect((await deps.quota.closedPeriods(id)).map(statementOf)).toEqual([expected]);
  });

  it("takes a discount off the plans, not off overage, for the whole of the period that it finds open", async () => {
    const { deps, clock, account, send, reset, settle } = service();
    const { id } = await account("basic-10k");
    await setOverage(deps.quota, { accountId: id, enabled: true });
    await send(id, 12_500);
    clock.set(june + 29 * day);
    await deps.quota.setDiscount(id, 50);
    clock.set(july);
    await settle(id);
    await deps.quota.setDiscount(id, 100);
    clock.set(august);
    await settle(id);
    await reset(id);
    expect((await deps.quota.closedPeriods(id)).map(statementOf)).toMatchObject([
      { planCents: 1_500, discountCents: 1_500, overageCents: 0, totalCents: 0 },
      { planCents: 1_500, discountCents: 750, overageCents: 250, totalCents: 1_000 },
    ]);
  });

  describe("a refund", () => {
    /** An account whose first period is over, with so many emails sent of 10,000. */
    async function closed(sent: number, discount = 0) {
      const { deps, clock, account, send, reset, settle } = service();
      const { id } = await account("basic-10k");
      await deps.quota.setDiscount(id, discount);
      await send(id, sent);
      clock.set(july);
      await settle(id);
      await reset(id);
      const told: unknown[] = [];
      const refundEvents = { put: async (_: object, made: object) => void told.push(made) };
      const ask = (now: number, how: Partial<RefundDeps> = {}) =>
        refund(
          { quota: deps.quota, refundEvents, ...how },
          { accountId: id, periodStart: june, reason: "Asked" },
          now,
        );
      const statements = async () => (await deps.quota.closedPeriods(id)).map(statementOf);
      return { ask, told, statements, deps, id };
    }

    it("is what the period has cost, until 30 days after it", async () => {
      const { ask, told, statements } = await closed(3_000);
      const made = { cents: 1_500, at: july + 30 * day, reason: "Asked" };
      expect(await ask(july + 30 * day)).toEqual(made);
      expect(told).toEqual([made]);
      expect(await statements()).toMatchObject([{ refundCents: 1_500, planCents: 1_500, totalCents: 0 }]);
    });

    it("is made once, and told again where it was not", async () => {
      const { ask, told, statements } = await closed(10);
      const refundEvents = { put: () => Promise.reject(new Error("no bus")) };
      await expect(ask(july, { refundEvents })).rejects.toThrow("no bus");
      const answers = await Promise.all([ask(july + 1), ask(july + 2), ask(july + 40 * day)]);
      expect(answers).toEqual(Array(3).fill({ cents: 1_500, at: july, reason: "Asked" }));
      expect(told).toEqual(answers);
      expect(await statements()).toMatchObject([{ refundCents: 1_500, totalCents: 0 }]);
    });

    it("stays as the first has made it, where two make it at the same time", async () => {
      const { ask, deps, id, statements } = await closed(10);
      const refundPeriod: typeof deps.quota.refundPeriod = async (...wanted) => {
        await deps.quota.refundPeriod(id, june, { cents: 700, at: july });
        await deps.quota.refundPeriod(...wanted);
      };
      expect(await ask(july + 1, { quota: { ...deps.quota, refundPeriod } })).toEqual({
        cents: 700,
        at: july,
      });
      expect(await statements()).toMatchObject([{ refundCents: 700, totalCents: 800 }]);
    });

    it.each([
      ["later", 3_000, 0, july + 30 * day + 1, "the period ended more than 30 days ago"],
      ["of a period that was used", 3_001, 0, july, "more than 30% of the period's emails were used"],
      ["of what was free", 0, 100, july, "the period has cost nothing"],
    ])("is refused %s", async (_what, sent, discount, now, why) => {
      const { ask, told, statements } = await closed(sent, discount);
      await expect(ask(now)).rejects.toMatchObject({ messages: [`no refund: ${why}`] });
      expect(told).toEqual([]);
      expect(await statements()).toMatchObject([{ refundCents: 0 }]);
    });

    it("is refused while the numbers may change, and of no period", async () => {
      const { deps, clock, account } = service();
      const { id } = await account("basic-10k");
      await deps.quota.reserve({ accountId: id, submissionId: newId(june), count: 3 });
      clock.set(july);
      await deps.quota.rollOver(id);
      const refundEvents = { put: async () => undefined };
      const ask = (periodStart: number) =>
        refund({ quota: deps.quota, refundEvents }, { accountId: id, periodStart }, july);
      await expect(ask(june)).rejects.toMatchObject({ messages: [expect.stringContaining("not final")] });
      await expect(ask(july)).rejects.toMatchObject({ code: "not_found" });
    });
  });

  it("ends a plan that is not paid with its period, and tells the owner once; its name takes that back", async () => {
    const { deps, clock, account, reset } = service();
    const [gone, paid] = [await account("basic-10k"), await account("basic-10k")];
    const news: unknown[] = [];
    const owner = { tell: async (_: number, one: object) => void news.push(one) };
    for (const { id } of [gone, paid]) {
      expect(await failPayment({ ...deps, owner }, id)).toEqual({ planName: "basic-10k", freeFrom: july });
    }
    expect(news).toEqual(Array(2).fill({ kind: "payment_failed", planName: "basic-10k", freeFrom: july }));
    await changePlan(deps, { accountId: paid.id, planName: "basic-10k" });
    expect(await deps.quota.usage(gone.id)).toMatchObject({ planName: "basic-10k" });
    clock.set(july);
    await reset(gone.id);
    expect(await deps.quota.usage(gone.id)).toMatchObject({ planName: "free" });
    expect(await deps.quota.usage(paid.id)).toMatchObject({ planName: "basic-10k" });
    await expect(failPayment({ ...deps, owner }, gone.id)).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("bills each plan of a period for its part of it, and overage by the last", async () => {
    const { deps, clock, account, reset } = service();
    const { id } = await account("basic-10k");
    clock.set(june + 10 * day);
    await changePlan(deps, { accountId: id, planName: "basic-100k" });
    clock.set(june + 20 * day);
    await changePlan(deps, { accountId: id, planName: "business-100k" });
    clock.set(july);
    // A third each of 15, 30 and 85 dollars.
    expect(await reset(id)).toMatchObject([
      { planName: "business-100k", planCents: 4_333, totalCents: 4_333 },
    ]);
  });

  it("tells of a period once its numbers are final, and once", async () => {
    const { deps, clock, account, reset } = service();
    const { id } = await account("basic-10k");
    const submissionId = newId(june);
    await deps.quota.reserve({ accountId: id, submissionId, count: 3 });
    clock.set(july);
    expect(await reset(id)).toEqual([]);
    await deps.quota.release({ accountId: id, submissionId, count: 1 });
    expect(await reset(id)).toEqual([]);
    await deps.quota.release({ accountId: id, submissionId, count: 3 });
    expect(await reset(id)).toMatchObject([{ emails: 0, periodStart: june }]);
    expect(await reset(id)).toHaveLength(1);
  });

  it("tells again of a period whose event was refused", async () => {
    const { deps, clock, account } = service();
    const { id } = await account("basic-10k");
    clock.set(july);
    const refusing = { put: () => Promise.reject(new Error("no bus")) };
    const { failures } = await resetPeriods({ ...deps, periodEvents: refusing });
    expect(failures).toContainEqual({ accountId: id, error: new Error("no bus") });
    const told: number[] = [];
    await resetPeriods({
      ...deps,
      periodEvents: { put: async ({ accountId }) => void told.push(accountId) },
    });
    expect(told.filter((accountId) => accountId === id)).toHaveLength(1);
  });

  it("sells nothing beyond the month on a plan that has no price for it", async () => {
    const { deps, account } = service();
    const { id } = await account("free");
    expect(await setOverage(deps.quota, { accountId: id, enabled: true })).toBe(false);
    expect(await overageOf(deps.quota, id)).toEqual({
      enabled: false,
      cap: 0,
      used: 0,
      dollarsPer1000: null,
    });
  });

  it("gives those who use an account's quota its plan, too, and no other one", async () => {
    const { deps, account, noted } = service();
    const main = await account("basic-10k");
    const sub = await account("basic-10k", { usesQuotaOf: main.id });
    await changePlan(deps, { accountId: main.id, planName: "business-100k" });
    expect(await deps.accounts.get(sub.id)).toMatchObject({
      planName: "business-100k",
      limits: { ...usualLimits, emailsPerHour: 800 },
    });
    expect(await deps.quota.usage(sub.id)).toMatchObject({ planName: "business-100k", monthLimit: 100_000 });
    // The account that asked for it has it from who asked.
    expect([(await noted(main.id)).length, (await noted(sub.id)).length]).toEqual([0, 1]);
    await expect(changePlan(deps, { accountId: sub.id, planName: "free" })).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(await setOverage(deps.quota, { accountId: sub.id, enabled: true })).toBe(false);
  });
});
