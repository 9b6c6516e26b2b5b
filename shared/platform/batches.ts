import { setTimeout as wait } from "node:timers/promises";

const attempts = 6;
const firstPauseMs = 25;

/** A list in parts of at most `size`, in its order. */
export function chunked<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, place) =>
    values.slice(place * size, (place + 1) * size),
  );
}

/**
 * Calls with what a batch call of DynamoDB has left undone, after growing pauses, until nothing is left.
 *
 * @param call answers what it left undone
 * @throws Error when something stays undone again and again, which it calls `undoneName`
 */
export async function untilDone<T>(
  all: readonly T[],
  undoneName: string,
  call: (some: T[]) => Promise<T[]>,
): Promise<void> {
  let undone = [...all];
  for (let attempt = 0; undone.length > 0; attempt += 1) {
    if (attempt === attempts) throw new Error(`${undone.length} items stayed ${undoneName}`);
    if (attempt > 0) await wait(Math.random() * firstPauseMs * 2 ** attempt);
    undone = await call(undone);
  }
}
