/** Where the time comes from; tests set their own. */
export interface Clock {
  /** Now, in epoch milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
