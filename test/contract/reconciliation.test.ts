import { expect, it } from "vitest";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { resetPeriods } from "../../shared/billing/reset-periods.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { messageIdAt } from "../../shared/platform/ids.ts";
import { reconcileQuota } from "../../shared/quota/reconcile-quota.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { type QuotaBench, quotaBench } from "./quota-bench.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const minute = 60_000;
const day = 24 * 60 * minute;

await onEachDynamoEngine("the reconciliation", (dynamo) => {
  const messagesOf = ({ clock }: QuotaBench) =>
    messageStore({ client: dynamo.client, table: dynamo.tables.messages, clock });

  async function abandoned(
    count: number,
  ): Promise<{ bench: QuotaBench; submissionId: string; ids: string[] }> {
    const bench = await quotaBench(dynamo, { now: noon });
    const submissionId = bench.submission();
    await bench.quota.reserve({ accountId: bench.accountId, submissionId, count });
    const ids = Array.from({ length: count }, (_, place) => messageIdAt(submissionId, place));
    return { bench, submissionId, ids };
  }

  async function reconcile(bench: QuotaBench): Promise<void> {
    const { failures } = await reconcileQuota({
      clock: bench.clock,
      quota: bench.quota,
      messages: messagesOf(bench),
    });
    expect(failures).toEqual([]);
  }

  it("leaves alone what is younger than 15 minutes", async () => {
    const { bench, submissionId } = await abandoned(3);
    bench.clock.advance(15 * minute);
    await reconcile(bench);
    expect((await bench.item())["pending"]).toHaveProperty(submissionId);
  });

  it("keeps for a day what the queue may still hold", async () => {
    const { bench, submissionId, ids } = await abandoned(3);
    await messagesOf(bench).markRefused(bench.accountId, ids.slice(0, 1));
    bench.clock.advance(day - minute);
    await reconcile(bench);
    expect((await bench.item())["pending"]).toHaveProperty(submissionId);
    expect(await bench.quota.usage(bench.accountId)).toMatchObject({ used: 3 });
  });

  it("settles after 15 minutes what is known of every message", async () => {
    const { bench, ids } = await abandoned(3);
    await messagesOf(bench).markRefused(bench.accountId, ids);
    bench.clock.advance(15 * minute + 1);
    await reconcile(bench);
    expect(await bench.quota.usage(bench.accountId)).toMatchObject({ used: 0 });
    expect((await bench.item())["pending"]).toEqual({});
  });

  it("gives back what never reached the queue, and marks it", async () => {
    const { bench, ids } = await abandoned(3);
    bench.clock.advance(day + 1);
    await reconcile(bench);
    expect(await bench.quota.usage(bench.accountId)).toMatchObject({ used: 0 });
    expect((await bench.item())["pending"]).toEqual({});
    const states = await messagesOf(bench).statesOf(bench.accountId, ids);
    expect([...states.values()]).toEqual(["released", "released", "released"]);
  });

  it("counts what was released before the crash", async () => {
    const { bench, submissionId, ids } = await abandoned(4);
    const { accountId, quota } = bench;
    await messagesOf(bench).markRefused(accountId, ids.slice(0, 2));
    await quota.release({ accountId, submissionId, count: 2 });
    bench.clock.advance(day + minute);
    await reconcile(bench);
    expect(await quota.usage(accountId)).toMatchObject({ used: 0, remaining: 100 });
  });

  it("goes on with the others when one fails", async () => {
    const { bench } = await abandoned(1);
    const other = bench.submission();
    await bench.quota.reserve({ accountId: bench.accountId, submissionId: other, count: 2 });
    bench.clock.advance(day + minute);
    const messages = messagesOf(bench);
    const failing = {
      ...messages,
      statesOf: (accountId: number, ids: readonly string[]) =>
        ids.includes(messageIdAt(other, 0))
          ? Promise.reject(new Error("throttled"))
          : messages.statesOf(accountId, ids),
    };
    const { failures } = await reconcileQuota({ clock: bench.clock, quota: bench.quota, messages: failing });
    expect(failures.map(({ stale }) => stale.submissionId)).toEqual([other]);
    expect(await bench.quota.usage(bench.accountId)).toMatchObject({ used: 2 });
  });
});

await onEachDynamoEngine("the schedule that resets periods", (dynamo) => {
  it("closes every period that has ended, and goes on when an account fails", async () => {
    const benches = await Promise.all(Array.from({ length: 15 }, () => quotaBench(dynamo, { now: noon })));
    const [first] = benches;
    if (first === undefined) throw new Error("no bench");
    first.clock.set(Date.UTC(2026, 1, 28, 12));
    const failing = benches[3]?.accountId;
    const deps = {
      accounts: accountStore({ client: dynamo.client, table: dynamo.tables.accounts, clock: first.clock }),
      quota: first.quota,
      periodEvents: { put: async () => undefined },
      owner: { tell: async () => undefined },
    };
    const quota = {
      ...first.quota,
      rollOver: (accountId: number) =>
        accountId === failing ? Promise.reject(new Error("throttled")) : first.quota.rollOver(accountId),
    };
    expect(await resetPeriods({ ...deps, quota })).toEqual({
      ...{ closed: 14, told: 14 },
      failures: [{ accountId: failing, error: new Error("throttled") }],
    });
    expect(await resetPeriods(deps)).toEqual({ closed: 1, told: 1, failures: [] });
    expect(await resetPeriods(deps)).toEqual({ closed: 0, told: 0, failures: [] });
  });
});
