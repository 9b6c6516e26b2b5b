import { expect, it } from "vitest";
import { usualLimits } from "../../shared/accounts/account.ts";
import { changePlan } from "../../shared/billing/change-plan.ts";
import { failPayment } from "../../shared/billing/fail-payment.ts";
import { overageOf, setOverage } from "../../shared/billing/set-overage.ts";
import { billingService, day, july } from "../support/billing-service.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";

await onEachDynamoEngine("billing", (dynamo) => {
  const service = () => billingService(dynamo);

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
