import type { QuotaStore } from "../quota/quota-store.ts";
import { type ChangePlanDeps, followPlan } from "./change-plan.ts";
import type { PeriodEventsClient } from "./period-events-client.ts";
import { statementOf } from "./statement.ts";

const atOnce = 10;

export interface ResetPeriodsDeps extends ChangePlanDeps {
  quota: ChangePlanDeps["quota"] &
    Pick<QuotaStore, "endedPeriods" | "rollOver" | "untoldPeriods" | "periodToTell" | "periodTold">;
  periodEvents: PeriodEventsClient;
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

/** Tells of a period, and lets the account follow a plan that came with its end; false while it may change still. */
async function tell(deps: ResetPeriodsDeps, accountId: number, periodStart: number): Promise<boolean> {
  await followPlan(deps, accountId);
  const period = await deps.quota.periodToTell(accountId, periodStart);
  if (period === undefined) return false;
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
