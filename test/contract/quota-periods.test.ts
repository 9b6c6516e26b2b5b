import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { periodKey } from "../../shared/quota/quota-table-store.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { quotaBench } from "./quota-bench.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const day = 86_400_000;
const february = Date.UTC(2026, 1, 28, 12);
const march = Date.UTC(2026, 2, 31, 12);

await onEachDynamoEngine("a billing period", (dynamo) => {
  const bench = (options: { plan?: { monthLimit?: number; dayLimit?: number }; now?: number } = {}) =>
    quotaBench(dynamo, { now: noon, ...options });

  it("is closed once, with what was used in it, by whoever comes first", async () => {
    const { quota, process, accountId, submission, clock } = await bench();
    await quota.reserve({ accountId, submissionId: submission(), count: 7 });
    clock.set(february);
    const rolled = await Promise.all(Array.from({ length: 6 }, () => process().rollOver(accountId)));
    expect(rolled.filter(Boolean)).toHaveLength(1);
    expect(await quota.usage(accountId)).toMatchObject({
      used: 0,
      remaining: 100,
      periodStart: february,
      periodEnd: march,
    });
    const { Item } = await dynamo.client.send(
      new GetCommand({ TableName: dynamo.tables.quota, Key: periodKey(accountId, noon) }),
    );
    expect(Item).toMatchObject({ used: 7, monthLimit: 100, periodStart: noon, periodEnd: february });
  });

  it("is closed by a send that comes before the schedule, which then does nothing", async () => {
    const { quota, accountId, submission, clock } = await bench({ plan: { monthLimit: 1 } });
    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    clock.set(february);
    expect(await quota.reserve({ accountId, submissionId: submission(), count: 1 })).toMatchObject({
      ok: true,
    });
    expect(await quota.rollOver(accountId)).toBe(false);
    expect(await quota.usage(accountId)).toMatchObject({ used: 1, periodStart: february });
  });

  it("may pass unseen: the next is the one of now", async () => {
    const { quota, accountId, submission, clock } = await bench();
    clock.set(Date.UTC(2026, 4, 5));
    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    expect(await quota.usage(accountId)).toMatchObject({
      periodStart: Date.UTC(2026, 3, 30, 12),
      periodEnd: Date.UTC(2026, 4, 31, 12),
    });
  });

  it("shows as over in the usage, though nobody has closed it", async () => {
    const { quota, accountId, submission, clock } = await bench();
    await quota.reserve({ accountId, submissionId: submission(), count: 7 });
    clock.set(february + 5);
    expect(await quota.usage(accountId)).toMatchObject({ used: 0, remaining: 100, periodStart: february });
  });

  it("is not closed before its end", async () => {
    const { quota, accountId, clock } = await bench();
    clock.set(february - 1);
    expect(await quota.rollOver(accountId)).toBe(false);
  });

  it("is found among the ended ones until it is closed", async () => {
    const now = Date.UTC(2020, 0, 31);
    const [ended, running] = [await bench({ now }), await bench({ now: now + 10 * day })];
    ended.clock.set(now + 30 * day);
    const found = async () => {
      const accountIds: number[] = [];
      for await (const accountId of ended.quota.endedPeriods()) accountIds.push(accountId);
      return accountIds;
    };
    expect(await found()).toContain(ended.accountId);
    expect(await found()).not.toContain(running.accountId);
    await ended.quota.rollOver(ended.accountId);
    expect(await found()).not.toContain(ended.accountId);
  });

  it("gets what a larger plan allows more, once, whoever reserves meanwhile", async () => {
    const { quota, process, accountId, submission } = await bench({ plan: { monthLimit: 10, dayLimit: 10 } });
    await quota.reserve({ accountId, submissionId: submission(), count: 4 });
    const larger = { name: "larger", monthLimit: 100, dayLimit: 50 };
    await Promise.all([
      ...Array.from({ length: 4 }, () => process().changePlan(accountId, larger)),
      ...Array.from({ length: 4 }, () =>
        process().reserve({ accountId, submissionId: submission(), count: 1 }),
      ),
    ]);
    expect(await quota.usage(accountId)).toMatchObject({
      ...{ planName: "larger", monthLimit: 100, remaining: 92, used: 8 },
      ...{ dayLimit: 50, dayRemaining: 42 },
    });
  });

  it("has nothing left after a change to a plan smaller than what was used", async () => {
    const { quota, accountId, submission } = await bench();
    await quota.reserve({ accountId, submissionId: submission(), count: 20 });
    await quota.changePlan(accountId, { name: "small", monthLimit: 10, dayLimit: 1_000 });
    expect(await quota.reserve({ accountId, submissionId: submission(), count: 1 })).toMatchObject({
      ok: false,
      remaining: 0,
    });
  });
});
