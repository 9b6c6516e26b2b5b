import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onEachDynamoEngine, useDynamo } from "../support/dynamodb.ts";
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

await onEachDynamoEngine("a quota that several accounts use", (dynamo) => {
  async function family() {
    const main = await quotaBench(dynamo, { now: noon, plan: { monthLimit: 10 } });
    const subs = [main.accountId + 500_000, main.accountId + 600_000];
    for (const accountId of subs) await main.share(accountId);
    return { main, subs };
  }

  it("counts what each of them sends", async () => {
    const { main, subs } = await family();
    for (const accountId of [main.accountId, ...subs]) {
      await main.quota.reserve({ accountId, submissionId: main.submission(), count: 3 });
    }
    for (const accountId of [main.accountId, ...subs]) {
      expect(await main.process().usage(accountId)).toMatchObject({ used: 9, remaining: 1 });
    }
    const [one = 0] = subs;
    const refusal = await main
      .process()
      .reserve({ accountId: one, submissionId: main.submission(), count: 2 });
    expect(refusal).toMatchObject({ ok: false, limit: "month", remaining: 1 });
  });

  it("is never exceeded when all of them send at the same time", async () => {
    const { main, subs } = await family();
    const processes = [main.process(), main.process()];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, place) => {
        const accountId = [main.accountId, ...subs][place % 3] ?? 0;
        const process = processes[place % 2] ?? main.quota;
        return process.reserve({ accountId, submissionId: main.submission(), count: 1 });
      }),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10);
    expect(await main.quota.usage(main.accountId)).toMatchObject({ used: 10 });
  });

  it("gets back what one of them gives back, or leaves behind", async () => {
    const { main, subs } = await family();
    const [accountId = 0] = subs;
    const [submissionId, left] = [main.submission(), main.submission()];
    await main.quota.reserve({ accountId, submissionId, count: 3 });
    await main.quota.reserve({ accountId, submissionId: left, count: 2 });
    expect(await main.process().reserved(accountId, submissionId)).toBe(3);
    await main.process().release({ accountId, submissionId, count: 3 });
    expect(await main.quota.usage(main.accountId)).toMatchObject({ used: 2 });

    main.clock.advance(60_000);
    const stale = [];
    for await (const each of main.quota.stalePending(1)) if (each.accountId === accountId) stale.push(each);
    expect(stale).toMatchObject([{ accountId, submissionId: left, entry: { n: 2 } }]);
    for (const each of stale) expect(await main.process().settlePending(each, 2)).toBe(true);
    expect(await main.quota.usage(main.accountId)).toMatchObject({ used: 0 });
  });

  it("is known with all who use it, and is one's own otherwise", async () => {
    const { main, subs } = await family();
    expect(await main.quota.sharers(main.accountId)).toEqual(subs);
    expect(await main.process().holder(subs[0] ?? 0)).toBe(main.accountId);
    expect(await main.quota.holder(main.accountId)).toBe(main.accountId);
  });
});

/** What may happen to a quota while others send against it. */
const changeArbitrary = fc.oneof(
  fc.record({ kind: fc.constant("reserve" as const), of: fc.nat(2), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant("release" as const), of: fc.nat(2), count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant("upgrade" as const), monthLimit: fc.integer({ min: 20, max: 60 }) }),
  fc.record({ kind: fc.constant("overage" as const), wish: fc.integer({ min: 0, max: 20 }) }),
);

type Change = typeof changeArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

describe("a quota that is shared, upgraded and sold beyond its month at the same time", () => {
  const dynamo = useDynamo();

  it("is never exceeded, and counts what is reserved and not given back", async () => {
    const most = 10;
    const property = fc.asyncProperty(
      fc.array(changeArbitrary, { minLength: 1, maxLength: 30 }),
      async (changes) => {
        const main = await quotaBench(dynamo, { now: noon, plan: { monthLimit: 20, mostOverage: most } });
        const accounts = [main.accountId, main.accountId + 700_000, main.accountId + 800_000];
        for (const accountId of accounts.slice(1)) await main.share(accountId);
        const limits = [
          20,
          ...changes.flatMap((change) => (change.kind === "upgrade" ? [change.monthLimit] : [])),
        ];
        const wishes = [0, ...changes.flatMap((change) => (change.kind === "overage" ? [change.wish] : []))];
        const kept = await Promise.all(changes.map((change) => apply(main, change, accounts)));

        const total = kept.reduce((sum, units) => sum + units, 0);
        const usage = await main.process().usage(main.accountId);
        expect(usage?.used).toBe(total);
        expect(total).toBeLessThanOrEqual(Math.max(...limits) + Math.min(most, Math.max(...wishes)));
        expect(usage?.overageUsed).toBeLessThanOrEqual(most);
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  /** @returns the units that stay used */
  async function apply(main: QuotaBench, change: Change, accounts: readonly number[]): Promise<number> {
    const process = main.process();
    if (change.kind === "upgrade") {
      const { monthLimit } = change;
      await process.changePlan(main.accountId, {
        name: "other",
        monthLimit,
        dayLimit: 1_000,
        mostOverage: 10,
      });
      return 0;
    }
    if (change.kind === "overage") {
      await process.setOverage(main.accountId, change.wish);
      return 0;
    }
    const { count } = change;
    const wanted = {
      accountId: accounts[change.of] ?? main.accountId,
      submissionId: main.submission(),
      count,
    };
    const { ok } = await process.reserve(wanted);
    if (ok && change.kind === "release") await process.release(wanted);
    return ok && change.kind === "reserve" ? count : 0;
  }
});
