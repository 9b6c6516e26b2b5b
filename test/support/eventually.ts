import { vi } from "vitest";

/** Repeats an expectation until it holds, and gives its answer; fails with its last failure. */
export function eventually<T>(expectation: () => Promise<T> | T, timeoutMs = 20_000): Promise<T> {
  return vi.waitFor(expectation, { timeout: timeoutMs, interval: 50 });
}
