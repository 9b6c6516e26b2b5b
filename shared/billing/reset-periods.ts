import type { QuotaStore } from "../quota/quota-store.ts";

const atOnce = 10;

export interface PeriodsReset {
  /** Periods that this run closed; senders close some themselves. */
  closed: number;
  failures: { accountId: number; error: unknown }[];
}

/**
 * Closes every billing period that has ended and opens the account's next. An account that fails does not
 * keep the others waiting; it is tried again next time, or by its next send.
 */
export async function resetPeriods({
  quota,
}: {
  quota: Pick<QuotaStore, "endedPeriods" | "rollOver">;
}): Promise<PeriodsReset> {
  const done: PeriodsReset = { closed: 0, failures: [] };
  const ended = quota.endedPeriods()[Symbol.asyncIterator]();

  async function work(): Promise<void> {
    for (let next = await ended.next(); !next.done; next = await ended.next()) {
      try {
        if (await quota.rollOver(next.value)) done.closed += 1;
      } catch (error) {
        done.failures.push({ accountId: next.value, error });
      }
    }
  }

  await Promise.all(Array.from({ length: atOnce }, work));
  return done;
}
