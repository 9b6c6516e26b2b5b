import type { Clock } from "../platform/clock.ts";
import { messageIdAt } from "../platform/ids.ts";
import type { QuotaStore } from "./quota-store.ts";
import type { StalePending } from "./stale-pending-store.ts";

/** Longer than any accepting function runs, many times over. */
const abandonedAfterMs = 15 * 60_000;
/**
 * Age from which a message without a row counts as never queued. A worker gives a message its row at first
 * sight, so that only a queue that lags by all this time could hold one: units given back too early could
 * be used twice.
 */
const lostAfterMs = 24 * 60 * 60_000;

/** The message rows, as far as reconciliation needs them. */
export interface MessageRows {
  /** By message id; a message without a row is not in the map. */
  statesOf(accountId: number, messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Marks messages as released where there is no row yet; returns those marked so, now or before. */
  markReleased(accountId: number, messageIds: readonly string[]): Promise<string[]>;
}

export interface ReconcileDeps {
  clock: Clock;
  quota: Pick<QuotaStore, "stalePending" | "settlePending">;
  messages: MessageRows;
}

export interface Reconciled {
  /** Submissions that were settled. */
  submissions: number;
  /** Units given back. */
  units: number;
  failures: { stale: StalePending; error: unknown }[];
}

/**
 * Settles what a crash left between reservation and confirmation: of every abandoned submission, the units
 * of messages that were refused, or that in a day have not come out of the queue, are given back. A submission that fails
 * does not keep the others waiting; it is tried again next time.
 *
 * Every step may be cut off after which the next run begins anew: marks stay, units are counted up to a
 * total, and the entry goes with the last of them in one write. A message that turns up in spite of its
 * mark takes its unit back then.
 */
export async function reconcileQuota(deps: ReconcileDeps): Promise<Reconciled> {
  const done: Reconciled = { submissions: 0, units: 0, failures: [] };
  for await (const stale of deps.quota.stalePending(abandonedAfterMs)) {
    try {
      const units = await settleOne(deps, stale);
      if (units === undefined) continue;
      done.submissions += 1;
      done.units += units;
    } catch (error) {
      done.failures.push({ stale, error });
    }
  }
  return done;
}

/** @returns the units given back by this call; undefined while some of its messages may still be queued */
async function settleOne(
  { clock, quota, messages }: ReconcileDeps,
  stale: StalePending,
): Promise<number | undefined> {
  const { accountId, submissionId, entry } = stale;
  const ids = Array.from({ length: entry.n }, (_, place) => messageIdAt(submissionId, place));
  const states = await messages.statesOf(accountId, ids);
  const missing = ids.some((id) => !states.has(id));
  if (missing && clock.now() - entry.at < lostAfterMs) return undefined;
  const refused = ids.filter((id) => states.get(id) === "refused");
  const lost = ids.filter((id) => !states.has(id) || states.get(id) === "released");
  const released = await messages.markReleased(accountId, lost);
  const total = Math.max(refused.length + released.length, entry.released);
  return (await quota.settlePending(stale, total)) ? total - entry.released : 0;
}
