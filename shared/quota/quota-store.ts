import type { Refund } from "./closed-period.ts";
import {
  closedPeriods,
  periodTold,
  periodToTell,
  refundPeriod,
  untoldPeriods,
} from "./closed-period-store.ts";
import { finishedNotes } from "./finished-notes.ts";
import { jointReservations } from "./joint-reservation-store.ts";
import { endedPeriods, rollOver } from "./period-store.ts";
import {
  type OpenQuota,
  openingWrite,
  openQuota,
  sharersOf,
  sharingWrites,
  takeBackWrite,
  usageOf,
} from "./plan-store.ts";
import type { QuotaPlan, Reservation } from "./quota.ts";
import { holderOf, type QuotaTable, quotaTable, readQuota } from "./quota-table-store.ts";
import { release, settle } from "./release-store.ts";
import type { Wanted } from "./reservation-store.ts";
import { type StalePending, stalePending } from "./stale-pending-store.ts";
import { changePlan, type OwnLimits, planNext, setDiscount, setLimits, setOverage } from "./terms-store.ts";

export { takeBackWrite } from "./plan-store.ts";

export type QuotaStore = ReturnType<typeof quotaStore>;

/** The monthly and daily quota of every account, in the quota table. */
export function quotaStore(places: Omit<QuotaTable, "holders">) {
  const quotas = quotaTable(places);
  const notes = finishedNotes();
  const reservations = jointReservations(quotas, notes);

  return {
    /** Gives an account its quota; one that it has already stays as it is. */
    open: (wanted: OpenQuota) => openQuota(quotas, wanted),

    /** The same as `open`, as a write for the transaction that makes the account. */
    openingWrite: (wanted: OpenQuota) => openingWrite(quotas, wanted),

    /** The writes that let an account use another's quota instead of one of its own, from its beginning. */
    sharingWrites: (wanted: { accountId: number; holder: number }) => sharingWrites(quotas.table, wanted),

    /** The accounts that use an account's quota besides itself. */
    sharers: (accountId: number) => sharersOf(quotas, accountId),

    /** Whose quota an account uses: its own, unless it shares another's; undefined if it has none. */
    holder: async (accountId: number): Promise<number | undefined> =>
      (await readQuota(quotas, accountId))?.accountId,

    /** Another plan at once: what it allows more, or less, is added to what remains. */
    changePlan: (accountId: number, plan: QuotaPlan) => changePlan(quotas, accountId, plan),

    /** Another plan from the next period on; undefined takes that back. */
    planNext: (accountId: number, plan: QuotaPlan | undefined) => planNext(quotas, accountId, plan),

    /** Limits in place of the plan's, at once and until another plan comes. */
    setLimits: (accountId: number, limits: OwnLimits) => setLimits(quotas, accountId, limits),

    /** How many emails beyond the month's the account wants at most; 0 for none. */
    setOverage: (accountId: number, wish: number) => setOverage(quotas, accountId, wish),

    /**
     * Reserves units against month and day together: one call once warm, or a part of one where a process
     * has several submissions of the account at the same time. Asked again for the same submission, the
     * earlier reservation stands, whatever count is asked for. The one reservation that reaches 80, 90 or 100% of the month, or of the
     * overage, says so in `crossed`; where its answer is lost, nobody does.
     *
     * @throws PosternError `forbidden` without a quota, `rate_limited` while too many submissions of the
     * account are unconfirmed
     */
    reserve: (wanted: Wanted): Promise<Reservation> => reservations.reserve(wanted),

    /** The units that a submission has reserved and not yet been settled with; undefined once it is. */
    reserved: async (accountId: number, submissionId: string): Promise<number | undefined> =>
      (await readQuota(quotas, accountId))?.pending[submissionId]?.n,

    /**
     * Gives back units of a submission that nobody will send: `count` of them in all, counted from its
     * beginning, so that the same call twice gives back once.
     */
    release: (wanted: { accountId: number; submissionId: string; count: number }) => release(quotas, wanted),

    /**
     * Notes that a submission's outcome is final and answered. Its entry is removed by this process's next
     * reservation of the account, or else by the reconciliation.
     */
    finished: (accountId: number, submissionId: string): void =>
      notes.add(holderOf(quotas, accountId), [submissionId]),

    /** The write that takes a unit back which was given back too early; see `takeBackWrite`. */
    takeBack: async ({ accountId, submissionId }: { accountId: number; submissionId: string }) =>
      takeBackWrite(quotas.table, (await readQuota(quotas, accountId))?.accountId ?? accountId, submissionId),

    /** Submissions of all accounts that were reserved longer ago and never confirmed. */
    stalePending: (olderThanMs: number): AsyncIterable<StalePending> => stalePending(quotas, olderThanMs),

    /**
     * Ends an unconfirmed submission, so that `total` of its units are given back in all.
     *
     * @returns false if its entry has changed since it was seen
     */
    settlePending: (stale: StalePending, total: number) => settle(quotas, { ...stale, total }),

    /** Accounts whose period has ended and is still open. */
    endedPeriods: (): AsyncIterable<number> => endedPeriods(quotas),

    /** Closes the account's period if it has ended; whether this call was the one that did it. */
    rollOver: (accountId: number) => rollOver(quotas, accountId),

    /** Closed periods of which nobody has told yet. */
    untoldPeriods: () => untoldPeriods(quotas),

    /** A closed period, and whether its numbers are final. */
    periodToTell: (accountId: number, periodStart: number) =>
      periodToTell(quotas, { accountId, periodStart }),

    /** Notes that a closed period has been told. */
    periodTold: (accountId: number, periodStart: number) => periodTold(quotas, { accountId, periodStart }),

    /** What is taken off the price of the account's plans, in percent, from the period on that is open. */
    setDiscount: (accountId: number, percent: number) => setDiscount(quotas, accountId, percent),

    /** What is taken off; undefined without a quota. */
    discount: async (accountId: number): Promise<number | undefined> =>
      (await readQuota(quotas, accountId))?.discountPercent,

    /** Notes what is given back of a closed period's price, unless something was already. */
    refundPeriod: (accountId: number, periodStart: number, refund: Refund) =>
      refundPeriod(quotas, { accountId, periodStart }, refund),

    /** The account's closed periods, the latest first. */
    closedPeriods: (accountId: number) => closedPeriods(quotas, accountId),

    /** What the account has used of its plan, as of now. */
    usage: (accountId: number) => usageOf(quotas, accountId),
  };
}
