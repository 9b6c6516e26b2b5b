/**
 * Seconds that one invocation of a delivery worker may last. A worker's claim on a message outlives it,
 * so that an expired claim always means a dead worker; the queue's visibility time-out is six times as long.
 */
export const deliverTimeoutSeconds = 60;

/** Seconds that accepting a request may last: an HTTP API gives up after 30. */
export const sendTimeoutSeconds = 29;
