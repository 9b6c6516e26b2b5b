import { LRUCache } from "lru-cache";
import type { Clock } from "./clock.ts";

/** A look-up that remembers, in this process and for a time, what it found. */
export interface LookupCache<Value> {
  /** What was found in the last `foundMs`, or else what `find` finds now. */
  get(key: string): Promise<Value | undefined>;
  /** Makes the next `get` ask again; for this process's own writes. */
  forget(key: string): void;
}

/**
 * Remembers answers of `find`; those who ask for the same key at the same time share one call.
 *
 * What was not found is remembered apart and shortly: who tries many wrong keys can neither fill memory
 * nor push out what others need, and what was just created is hidden for `missingMs` at most.
 */
export function lookupCache<Value extends object>(options: {
  clock: Clock;
  find(key: string): Promise<Value | undefined>;
  foundMs: number;
  missingMs: number;
  /** Most entries of each kind. */
  max: number;
}): LookupCache<Value> {
  const { clock, find, foundMs, missingMs, max } = options;
  const usual = { max, perf: clock, ttlResolution: 0 };
  const found = new LRUCache<string, Value>({ ...usual, ttl: foundMs });
  const missing = new LRUCache<string, true>({ ...usual, ttl: missingMs });
  const running = new Map<string, Promise<Value | undefined>>();

  function ask(key: string): Promise<Value | undefined> {
    const answer = find(key).then(
      (value) => {
        // Not after `forget`: this answer may be older than the write that made it forget.
        if (running.get(key) === answer) remember(key, value);
        return value;
      },
      (error: unknown) => {
        if (running.get(key) === answer) running.delete(key);
        throw error;
      },
    );
    running.set(key, answer);
    return answer;
  }

  function remember(key: string, value: Value | undefined): void {
    running.delete(key);
    if (value === undefined) missing.set(key, true);
    else found.set(key, value);
  }

  return {
    async get(key) {
      const known = found.get(key);
      if (known !== undefined || missing.has(key)) return known;
      return running.get(key) ?? ask(key);
    },
    forget(key) {
      found.delete(key);
      missing.delete(key);
      running.delete(key);
    },
  };
}
