import { LRUCache } from "lru-cache";

/** At most so many entries are removed by one reservation: it bounds the expression. */
const mostAtOnce = 25;
const mostAccounts = 1_000;
const mostOfAnAccount = 1_000;

export type FinishedNotes = ReturnType<typeof finishedNotes>;

/**
 * Submissions that this process has seen through, by account, until a reservation of the account removes
 * their entries on its way. What does not fit, or dies with the process, reconciliation finds.
 */
export function finishedNotes() {
  const byAccount = new LRUCache<number, Set<string>>({ max: mostAccounts });

  function add(accountId: number, submissionIds: Iterable<string>): void {
    const noted = byAccount.get(accountId) ?? new Set();
    for (const id of submissionIds) if (noted.size < mostOfAnAccount) noted.add(id);
    byAccount.set(accountId, noted);
  }

  return {
    add,
    /** Takes some notes away; `add` them again if the write that should remove their entries failed. */
    take(accountId: number): string[] {
      const noted = byAccount.get(accountId);
      const taken = [...(noted ?? [])].slice(0, mostAtOnce);
      for (const id of taken) noted?.delete(id);
      return taken;
    },
  };
}
