/** An endpoint that failed is called again after so long, counted from the start of the call that failed. */
export const retryIntervalMs = 5 * 60_000;
/** So often it is called again before it is paused. */
export const mostRetries = 40;
/** At most so many events go into one call. */
export const batchSize = 500;
/** Only exactly this status means that the events arrived. */
export const successStatus = 200;
/** All of a call: look-up, connection, TLS, answer. */
export const callTimeoutMs = 30_000;
/** An endpoint that needs longer to answer is called from among the slow ones from then on, until it is faster. */
export const slowCallMs = 5_000;
/** A webhook whose backlog needs longer, however fast its endpoint, is worked off from among the slow ones, too. */
export const longWorkMs = 10_000;
/**
 * Events wait for others to travel with, 30 s from happening to being sent; some of these go by in the two
 * queues on the way.
 */
export const flushAfterSeconds = 27;

export type AfterFailure =
  | { readonly verdict: "retry"; readonly failures: number; readonly at: number }
  | { readonly verdict: "pause"; readonly failures: number };

/**
 * What follows a failed call.
 *
 * @param failures calls in a row that failed before this one
 * @param startedAt epoch ms at which this one began
 */
export function afterFailure(failures: number, startedAt: number): AfterFailure {
  const now = failures + 1;
  return now > mostRetries
    ? { verdict: "pause", failures: now }
    : { verdict: "retry", failures: now, at: startedAt + retryIntervalMs };
}
