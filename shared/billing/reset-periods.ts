import type { Owner } from "../platform/notice.ts";
import { newsOfClosed } from "../quota/news-of-use.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import { type ChangePlanDeps, followPlan } from "./change-plan.ts";
import type { PeriodEventsClient } from "./period-events-client.ts";
import { statementOf } from "./statement.ts";

const atOnce = 10;

export interface ResetPeriodsDeps extends ChangePlanDeps {
  quota: ChangePlanDeps["quota"] &
    Pick<QuotaStore, "endedPeriods" | "rollOver" | "untoldPeriods" | "periodToTell" | "periodTold">;
  periodEvents: PeriodEventsClient;
  owner: Owner;
}

export interface PeriodsReset {
  /** Periods that this run closed; senders close some themselves. */
  closed: number;
  /** Closed periods that the event bus was told of. */
  told: number;
  failures: { accountId: number; error: unknown }[];
}

/**
 * Closes every billing period that has ended and opens the account's next, and tells of those that are closed
 * as soon as their numbers are final. An account that fails does not keep the others waiting; it is tried again
 * next time, or by its next send.
 */
export async function resetPeriods(deps: ResetPeriodsDeps): Promise<PeriodsReset> {
  const done: PeriodsReset = { closed: 0, told: 0, failures: [] };
  await eachOf(deps.quota.endedPeriods(), async (accountId) => {
    await attempt(accountId, async () => {
      if (await deps.quota.rollOver(accountId)) done.closed += 1;
    });
  });
  await eachOf(deps.quota.untoldPeriods(), async ({ accountId, periodStart }) => {
    await attempt(accountId, async () => {
      if (await tell(deps, accountId, periodStart)) done.told += 1;
    });
  });
  return done;

  async function attempt(accountId: number, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => done.failures.push({ accountId, error }));
  }
}

/**
 * Lets an account follow a plan that came with a period's end, tells its owner what of the period nobody has told
 * him, and the event bus of the period; false while that may change still.
 */
async function tell(deps: ResetPeriodsDeps, accountId: number, periodStart: number): Promise<boolean> {
  await followPlan(deps, accountId);
  const closed = await deps.quota.periodToTell(accountId, periodStart);
  if (closed === undefined) return false;
  const { period, isFinal } = closed;
  // Before the numbers are final: who died without telling has most likely left a submission open, for a day.
  await Promise.all(newsOfClosed(period).map((news) => deps.owner.tell(accountId, news)));
  if (!isFinal) return false;
  await deps.periodEvents.put(statementOf(period));
  await deps.quota.periodTold(accountId, periodStart);
  return true;
}

async function eachOf<Item>(items: AsyncIterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  async function worker(): Promise<void> {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) await work(next.value);
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
}
