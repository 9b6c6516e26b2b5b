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

/** So long do sick routes cost a message no attempt: a long weekend of outage, or a campaign far beyond SES's rate. */
const routesPatienceMs = 3 * 24 * 3_600_000;
const shortestTurnMs = 60_000;
/** A message waits at least this share of its age for its next turn, and at most twice as long. */
const ageShare = 0.1;

/**
 * When a message's turn comes again whose routes were all sick or throttled. Such a turn is no attempt, as
 * nobody has looked at the message. Turns come often enough, and apart enough, that many messages which
 * wait for a provider's rate use all of it.
 *
 * @param acceptedAt epoch ms
 * @param now epoch ms
 * @param random 0 to 1
 * @returns epoch ms; undefined for a message so old that it counts as an attempt all the same
 */
export function nextTurnAt(acceptedAt: number, now: number, random: number): number | undefined {
  const age = now - acceptedAt;
  if (age > routesPatienceMs) return undefined;
  return Math.round(now + Math.max(shortestTurnMs, age * ageShare) * (1 + random));
}
