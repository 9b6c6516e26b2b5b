import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { settableClock } from "../../test/support/test-table.ts";
import { type LookupCache, lookupCache } from "./lookup-cache.ts";

interface Bench {
  cache: LookupCache<{ name: string }>;
  asked: string[];
  stored: Map<string, { name: string }>;
  pass(ms: number): void;
}

function bench(max = 100): Bench {
  let now = Date.UTC(2026, 0, 31);
  const asked: string[] = [];
  const stored = new Map([["a", { name: "first" }]]);
  const cache = lookupCache({
    clock: { now: () => now },
    find: async (key) => {
      asked.push(key);
      return stored.get(key);
    },
    foundMs: 30_000,
    missingMs: 2_000,
    max,
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { cache, asked, stored, pass };
}

describe("a look-up cache", () => {
  it("asks once for what it found, until its time is over", async () => {
    const { cache, asked, stored, pass } = bench();
    await cache.get("a");
    stored.set("a", { name: "second" });
    pass(30_000);
    expect(await cache.get("a")).toEqual({ name: "first" });
    expect(asked).toEqual(["a"]);

    pass(1);
    expect(await cache.get("a")).toEqual({ name: "second" });
  });

  it("remembers what is missing for a shorter time", async () => {
    const { cache, asked, stored, pass } = bench();
    expect(await cache.get("b")).toBeUndefined();
    stored.set("b", { name: "new" });
    expect(await cache.get("b")).toBeUndefined();
    expect(asked).toEqual(["b"]);

    pass(2_001);
    expect(await cache.get("b")).toEqual({ name: "new" });
  });

  it("keeps what it found while many wrong keys are tried", async () => {
    const { cache, asked } = bench(10);
    await cache.get("a");
    for (let guess = 0; guess < 50; guess++) await cache.get(`wrong ${guess}`);
    asked.length = 0;
    await cache.get("a");
    expect(asked).toEqual([]);
  });

  it("lets those who ask at the same time share one call", async () => {
    const { cache, asked } = bench();
    await Promise.all([cache.get("a"), cache.get("a"), cache.get("a")]);
    expect(asked).toEqual(["a"]);
  });

  it("does not keep an answer that was under way when it was told to forget", async () => {
    const { cache, asked } = bench();
    const early = cache.get("a");
    cache.forget("a");
    await early;
    await cache.get("a");
    expect(asked).toEqual(["a", "a"]);
  });

  it("does not remember a failure", async () => {
    let calls = 0;
    const cache = lookupCache<{ calls: number }>({
      clock: { now: () => 1 },
      find: async () => {
        calls += 1;
        if (calls === 1) throw new Error("throttled");
        return { calls };
      },
      foundMs: 1,
      missingMs: 1,
      max: 1,
    });
    await expect(cache.get("a")).rejects.toThrow("throttled");
    expect(await cache.get("a")).toEqual({ calls: 2 });
  });

  it("asks again in good time for what is in use, and lets nobody wait for it", async () => {
    const clock = settableClock(1_000_000);
    let stored: { name: string } | undefined = { name: "first" };
    let asked = 0;
    const cache = lookupCache<{ name: string }>({
      ...{ clock, foundMs: 5_000, refreshMs: 2_000, missingMs: 1_000, max: 10 },
      find: async () => {
        asked += 1;
        if (asked === 2) throw new Error("throttled");
        return stored;
      },
    });
    expect(await cache.get("a")).toEqual({ name: "first" });
    stored = { name: "second" };
    clock.advance(2_001);
    expect(await cache.get("a")).toEqual({ name: "first" });
    await setImmediate();
    expect(await cache.get("a")).toEqual({ name: "first" });
    await setImmediate();
    expect(await cache.get("a")).toEqual({ name: "second" });
    expect(asked).toBe(3);

    stored = undefined;
    clock.advance(5_001);
    expect(await cache.get("a")).toBeUndefined();
    expect(asked).toBe(4);
  });
});
