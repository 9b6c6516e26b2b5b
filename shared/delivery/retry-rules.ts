/**
 * Minutes from each failed attempt to the next: after the first attempt ten more, growing, over 24 hours
 * in all. Then the message has bounced.
 */
export const retryGapsMinutes = [1, 3, 7, 15, 30, 60, 120, 240, 384, 580] as const;

export const mostAttempts = retryGapsMinutes.length + 1;

/** Each gap is longer by up to this share, so that what failed together does not come back together. */
const jitterShare = 0.1;

/**
 * When a message is due again.
 *
 * @param attempt the number of the attempt that failed, 1 for the first
 * @param now epoch ms
 * @param random 0 to 1
 * @returns epoch ms; undefined when it has been tried often enough
 */
export function nextAttemptAt(attempt: number, now: number, random: number): number | undefined {
  const minutes = retryGapsMinutes[attempt - 1];
  return minutes === undefined ? undefined : Math.round(now + minutes * 60_000 * (1 + jitterShare * random));
}
