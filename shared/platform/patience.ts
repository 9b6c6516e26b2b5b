import { setTimeout as wait } from "node:timers/promises";

export interface Patience {
  /** Attempts in all. */
  readonly tries: number;
  /** Pauses grow from about this to sixteen times as much, each at random, so that rivals part. */
  readonly pauseMs: number;
}

/**
 * Attempts something again, after pauses, for as long as somebody else is in the way.
 *
 * @throws the last attempt's error, or any that does not mean that somebody was in the way
 */
export async function untilFree<Result>(
  attempt: () => Promise<Result>,
  isInTheWay: (error: unknown) => boolean,
  { tries, pauseMs }: Patience,
): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tried >= tries || !isInTheWay(error)) throw error;
      await wait((0.5 + Math.random()) * pauseMs * 2 ** Math.min(tried - 1, 4));
    }
  }
}
