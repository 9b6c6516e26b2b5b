import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onEachDynamoEngine, useDynamo } from "../support/dynamodb.ts";
import { type QuotaBench, quotaBench } from "./quota-bench.ts";

const noon = Date.UTC(2026, 0, 31, 12);

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
