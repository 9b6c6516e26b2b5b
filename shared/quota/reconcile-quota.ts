import { messageIdAt } from "../platform/ids.ts";
import type { QuotaStore } from "./quota-store.ts";
import type { StalePending } from "./stale-pending-store.ts";

/** Longer than any accepting function runs, twice over. */
const abandonedAfterMs = 15 * 60_000;

/** The message rows, as far as reconciliation needs them. */
export interface MessageRows {
  /** By message id; a message without a row is not in the map. */
  statesOf(accountId: number, messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Marks messages as released where there is no row yet; returns those marked so, now or before. */
  markReleased(accountId: number, messageIds: readonly string[]): Promise<string[]>;
}

export interface ReconcileDeps {
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
 * of messages that were refused, or that never reached the queue, are given back. A submission that fails
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
      done.submissions += 1;
      done.units += units;
    } catch (error) {
      done.failures.push({ stale, error });
    }
  }
  return done;
}

/** @returns the units given back by this call */
async function settleOne({ quota, messages }: ReconcileDeps, stale: StalePending): Promise<number> {
  const { accountId, submissionId, entry } = stale;
  const ids = Array.from({ length: entry.n }, (_, place) => messageIdAt(submissionId, place));
  const states = await messages.statesOf(accountId, ids);
  const refused = ids.filter((id) => states.get(id) === "refused");
  const lost = ids.filter((id) => !states.has(id) || states.get(id) === "released");
  const released = await messages.markReleased(accountId, lost);
  const total = Math.max(refused.length + released.length, entry.released);
  return (await quota.settlePending(stale, total)) ? total - entry.released : 0;
}
