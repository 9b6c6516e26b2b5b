/**
 * Seconds that one invocation of a delivery worker may last. A worker's claim on a message outlives it,
 * so that an expired claim always means a dead worker; the queue's visibility time-out is six times as long.
 */
export const deliverTimeoutSeconds = 60;

/** Seconds that accepting a request may last: an HTTP API gives up after 30. */
export const sendTimeoutSeconds = 29;

/**
 * Seconds that one invocation of the webhook dispatcher may last: one call of a customer's endpoint may take 30,
 * and begins only while so many are left. A dispatcher's lease on a webhook outlives it.
 */
export const dispatchTimeoutSeconds = 75;
