import type { FinishedNotes } from "./finished-notes.ts";
import type { Reservation } from "./quota.ts";
import { holderOf, type QuotaTable } from "./quota-table-store.ts";
import { reserve, reserveTogether, type Wanted } from "./reservation-store.ts";

/** Bounds the expression, of which DynamoDB takes 4 KB. */
const mostTogether = 25;

interface Waiting extends PromiseWithResolvers<Reservation> {
  readonly wanted: Wanted;
}

/**
 * Reservations of one process: while one call against a quota is under way, further submissions that use it
 * gather and go together in the next. A quota is one item, whose every update costs by the size of
 * all that is pending, and of which DynamoDB takes about a thousand in a second.
 *
 * @param notes of finished submissions, whose entries each call removes
 */
export function jointReservations(quotas: QuotaTable, notes: FinishedNotes) {
  const waitingOf = new Map<number, Waiting[]>();

  return {
    reserve(wanted: Wanted): Promise<Reservation> {
      const waiting: Waiting = { wanted, ...Promise.withResolvers<Reservation>() };
      const holder = holderOf(quotas, wanted.accountId);
      const others = waitingOf.get(holder);
      if (others) others.push(waiting);
      else void workOff(holder, [waiting]);
      return waiting.promise;
    },
  };

  async function workOff(holder: number, queue: Waiting[]): Promise<void> {
    waitingOf.set(holder, queue);
    while (queue.length > 0) await settle(holder, nextGroup(queue));
    waitingOf.delete(holder);
  }

  async function settle(holder: number, group: readonly Waiting[]): Promise<void> {
    const wanted = group.map((waiting) => waiting.wanted);
    const names = new Set(wanted.map(({ submissionId }) => submissionId));
    const finished = notes.take(holder).filter((id) => !names.has(id));
    const [alone, ...others] = group;
    try {
      if (alone && others.length === 0) {
        const reservation = await reserve(quotas, alone.wanted, finished);
        if (!reservation.ok) notes.add(holder, finished);
        alone.resolve(reservation);
        return;
      }
      const taken = await reserveTogether(quotas, wanted, finished);
      if (taken) {
        // What they reached together, one of them tells.
        alone?.resolve(taken);
        for (const { resolve } of others) resolve({ ok: true });
      } else {
        notes.add(holder, finished);
        await Promise.all(group.map(settleAlone));
      }
    } catch (error) {
      notes.add(holder, finished);
      for (const { reject } of group) reject(error);
    }
  }

  async function settleAlone({ wanted, resolve, reject }: Waiting): Promise<void> {
    await reserve(quotas, wanted, []).then(resolve, reject);
  }
}

/** As many as go together; a submission that asks twice at the same time waits for its first answer. */
function nextGroup(queue: Waiting[]): Waiting[] {
  const group: Waiting[] = [];
  const names = new Set<string>();
  for (let next = queue[0]; next && group.length < mostTogether; next = queue[0]) {
    const { submissionId, count } = next.wanted;
    // What takes no units, or is no count, has an answer of its own.
    const isAlone = !(count > 0);
    if (names.has(submissionId) || (isAlone && group.length > 0)) break;
    names.add(submissionId);
    group.push(next);
    queue.shift();
    if (isAlone) break;
  }
  return group;
}
