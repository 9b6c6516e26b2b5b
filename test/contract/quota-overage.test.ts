import { expect, it } from "vitest";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { type QuotaBench, quotaBench } from "./quota-bench.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const february = Date.UTC(2026, 1, 28, 12);

const take = ({ quota, accountId, submission }: QuotaBench, count: number) =>
  quota.reserve({ accountId, submissionId: submission(), count });

await onEachDynamoEngine("overage", (dynamo) => {
  const bench = (plan: { monthLimit?: number; mostOverage?: number; dayLimit?: number }) =>
    quotaBench(dynamo, { now: noon, plan: { monthLimit: 10, mostOverage: 10, ...plan } });

  it("is off until it is asked for: the month's limit is the end", async () => {
    const account = await bench({});
    await take(account, 10);
    expect(await take(account, 1)).toMatchObject({ ok: false, limit: "month", remaining: 0 });
  });

  it("goes on beyond the month's limit up to its cap", async () => {
    const account = await bench({});
    await account.quota.setOverage(account.accountId, 5);
    await take(account, 12);
    expect(await account.quota.usage(account.accountId)).toMatchObject({
      ...{ used: 12, remaining: 3, overageUsed: 2, overageCap: 5 },
    });
    expect(await take(account, 4)).toMatchObject({ ok: false, limit: "month", remaining: 3 });
    expect(await take(account, 3)).toMatchObject({ ok: true });
  });

  it("is no more than the plan sells, and as much as another plan sells once that comes", async () => {
    const account = await bench({ mostOverage: 3 });
    const { quota, accountId } = account;
    await quota.setOverage(accountId, 1_000);
    expect(await quota.usage(accountId)).toMatchObject({ overageCap: 3, remaining: 13 });
    await quota.changePlan(accountId, { name: "larger", monthLimit: 20, dayLimit: 1_000, mostOverage: 30 });
    expect(await quota.usage(accountId)).toMatchObject({ overageCap: 30, remaining: 50 });
    await quota.changePlan(accountId, { name: "free", monthLimit: 20, dayLimit: 1_000 });
    expect(await quota.usage(accountId)).toMatchObject({ overageCap: 0, remaining: 20 });
  });

  it("that is used stays used when the cap is lowered, and nothing more is sold", async () => {
    const account = await bench({});
    const { quota, accountId, clock } = account;
    await quota.setOverage(accountId, 10);
    await take(account, 14);
    await quota.setOverage(accountId, 0);
    expect(await quota.usage(accountId)).toMatchObject({ used: 14, remaining: 0, overageUsed: 4 });
    expect(await take(account, 1)).toMatchObject({ ok: false });
    clock.set(february);
    expect(await quota.usage(accountId)).toMatchObject({ used: 0, remaining: 10, overageCap: 0 });
    await quota.rollOver(accountId);
    expect(await quota.usage(accountId)).toMatchObject({ used: 0, remaining: 10, overageCap: 0 });
  });

  it("begins anew with the next period", async () => {
    const account = await bench({});
    await account.quota.setOverage(account.accountId, 5);
    await take(account, 15);
    account.clock.set(february);
    expect(await take(account, 15)).toMatchObject({ ok: true });
    expect(await take(account, 1)).toMatchObject({ ok: false });
  });

  it("is what a larger plan allows first: 12K of 10K sent, 88K of 100K left, 22K of 110K more beyond", async () => {
    const account = await bench({ monthLimit: 10_000, mostOverage: 10_000, dayLimit: 1_000_000 });
    const { quota, accountId } = account;
    await quota.setOverage(accountId, 1_000_000);
    await take(account, 12_000);
    const larger = { name: "basic-100k", monthLimit: 100_000, dayLimit: 1_000_000, mostOverage: 100_000 };
    await quota.changePlan(accountId, larger);
    const after = await quota.usage(accountId);
    expect(after).toMatchObject({ used: 12_000, overageUsed: 0 });
    expect(Number(after?.remaining) - Number(after?.overageCap)).toBe(88_000);
    await take(account, 110_000);
    expect(await quota.usage(accountId)).toMatchObject({ used: 122_000, overageUsed: 22_000 });
  });
});

await onEachDynamoEngine("what a reservation reaches", (dynamo) => {
  const bench = (plan: { monthLimit?: number; mostOverage?: number } = {}) =>
    quotaBench(dynamo, { now: noon, plan: { monthLimit: 10, ...plan } });

  it("is told by it and by no other: 80, 90 and 100% of the month", async () => {
    const account = await bench();
    const answers = [
      await take(account, 7),
      await take(account, 1),
      await take(account, 1),
      await take(account, 1),
    ];
    expect(answers.map((answer) => answer.ok && answer.crossed?.thresholds)).toEqual([
      undefined,
      [{ of: "month", percent: 80 }],
      [{ of: "month", percent: 90 }],
      [{ of: "month", percent: 100 }],
    ]);
    expect(answers[1]).toMatchObject({
      crossed: {
        ...{ accountId: account.accountId, periodStart: noon, monthLimit: 10 },
        ...{ used: 8, remaining: 2, overageUsed: 0, overageCap: 0 },
      },
    });
  });

  it("is told of the overage, too, and all that one step passes", async () => {
    const account = await bench({ mostOverage: 10 });
    await account.quota.setOverage(account.accountId, 10);
    await take(account, 9);
    expect(await take(account, 10)).toMatchObject({
      crossed: {
        thresholds: [
          { of: "month", percent: 100 },
          { of: "overage", percent: 80 },
          { of: "overage", percent: 90 },
        ],
        ...{ used: 19, overageUsed: 9, overageCap: 10, remaining: 1 },
      },
    });
  });

  it("is told once, however many processes reserve at the same time", async () => {
    const account = await bench({ monthLimit: 100 });
    const { accountId, process, submission } = account;
    const processes = [process(), process(), process(), process()];
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, place) =>
        (processes[place % 4] ?? account.quota).reserve({ accountId, submissionId: submission(), count: 1 }),
      ),
    );
    const told = answers.flatMap((answer) => (answer.ok && answer.crossed?.thresholds) || []);
    expect(told.map(({ percent }) => percent).toSorted((one, other) => one - other)).toEqual([80, 90, 100]);
  });
});

await onEachDynamoEngine("a plan for the next period", (dynamo) => {
  const small = { name: "small", monthLimit: 5, dayLimit: 50 };

  it("takes the present one's place at its end, not before", async () => {
    const account = await quotaBench(dynamo, { now: noon });
    const { quota, accountId, clock } = account;
    await quota.planNext(accountId, small);
    await take(account, 60);
    expect(await quota.usage(accountId)).toMatchObject({
      planName: "test",
      remaining: 40,
      nextPlanName: "small",
    });
    clock.set(february);
    const expected = { planName: "small", monthLimit: 5, remaining: 5, dayLimit: 50, dayRemaining: 50 };
    expect(await quota.usage(accountId)).toMatchObject(expected);
    await quota.rollOver(accountId);
    expect(await quota.usage(accountId)).toMatchObject(expected);
    expect(await quota.usage(accountId)).not.toHaveProperty("nextPlanName");
    expect(await take(account, 6)).toMatchObject({ ok: false, limit: "month" });
  });

  it("does not come after it was taken back, or after another plan was chosen", async () => {
    const { quota, accountId, clock } = await quotaBench(dynamo, { now: noon });
    await quota.planNext(accountId, small);
    await quota.planNext(accountId, undefined);
    clock.set(february);
    await quota.rollOver(accountId);
    expect(await quota.usage(accountId)).toMatchObject({ planName: "test" });
    await quota.planNext(accountId, small);
    await quota.changePlan(accountId, { name: "larger", monthLimit: 500, dayLimit: 1_000 });
    clock.set(Date.UTC(2026, 2, 31, 12));
    await quota.rollOver(accountId);
    expect(await quota.usage(accountId)).toMatchObject({ planName: "larger" });
  });
});
