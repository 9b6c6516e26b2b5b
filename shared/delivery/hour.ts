import type { HourStore } from "../quota/hour-store.ts";

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
