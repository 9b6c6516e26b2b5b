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
  /** What is older than this is given once more and asked for again meanwhile, so that who asks often never waits. */
  refreshMs?: number | undefined;
  missingMs: number;
  /** Most entries of each kind. */
  max: number;
}): LookupCache<Value> {
  const { clock, find, foundMs, refreshMs = foundMs, missingMs, max } = options;
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
    if (value !== undefined) found.set(key, value);
    else {
      found.delete(key);
      missing.set(key, true);
    }
  }

  function refresh(key: string): void {
    const age = foundMs - found.getRemainingTTL(key);
    if (age <= refreshMs || running.has(key)) return;
    // Without an answer what is known serves to its end, and who asks then is told of the failure.
    ask(key).catch(() => undefined);
  }

  return {
    async get(key) {
      const known = found.get(key);
      if (known !== undefined) {
        refresh(key);
        return known;
      }
      if (missing.has(key)) return undefined;
      return running.get(key) ?? ask(key);
    },
    forget(key) {
      found.delete(key);
      missing.delete(key);
      running.delete(key);
    },
  };
}
