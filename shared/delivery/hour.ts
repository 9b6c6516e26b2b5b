import type { Stream } from "../contracts/streams.ts";
import type { HourStore } from "../quota/hour-store.ts";

/** Ms of an hour's beginning over which those that have waited for it come back. */
const returnMs = 30_000;
/** Ms by which a promotion lets go first what somebody waits for: a code, a receipt. */
const headStartMs = 60_000;
const hourMs = 3_600_000;

export interface HourShare<T> {
  readonly now: readonly T[];
  readonly later: readonly T[];
  /** Epoch ms from which `later` may be tried. */
  readonly nextHour: number;
}

/**
 * Lets as many emails go as still fit into the account's hour: all in one call where they do, else found
 * by halving, so that the last places are used without asking for each.
 */
export async function shareOfHour<T>(
  hours: Pick<HourStore, "take">,
  account: { readonly id: number; readonly limits: { readonly emailsPerHour: number } },
  emails: readonly T[],
): Promise<HourShare<T>> {
  let nextHour = 0;
  const fits = async (count: number): Promise<number> => {
    if (count === 0) return 0;
    const taken = await hours.take(account.id, count, account.limits.emailsPerHour);
    if (taken.ok) return count;
    nextHour = taken.nextHour;
    if (count === 1) return 0;
    const half = Math.floor(count / 2);
    const first = await fits(half);
    return first < half ? first : first + (await fits(count - half));
  };
  const fitting = await fits(emails.length);
  return { now: emails.slice(0, fitting), later: emails.slice(fitting), nextHour };
}

/**
 * When an email that found its hour full comes back in the next: transactional mail before bulk, and within a
 * stream about in the order of acceptance, for what comes first takes the places. The longer an email has
 * waited, the nearer to the hour's beginning; a queue keeps no order by itself.
 *
 * @param nextHour epoch ms at which the hour begins
 * @returns epoch ms
 */
export function turnInHour(
  nextHour: number,
  { stream, acceptedAt }: { readonly stream: Stream; readonly acceptedAt: number },
): number {
  const hoursWaited = Math.max(0, nextHour - acceptedAt) / hourMs;
  const place = returnMs / (1 + hoursWaited);
  return nextHour + Math.ceil(place) + (stream === "bulk" ? headStartMs : 0);
}
