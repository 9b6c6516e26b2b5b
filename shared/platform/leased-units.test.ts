import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LeasedUnits, shareOf } from "./leased-units.ts";

/** A limit that all processes share, each call of which takes its time. */
function sharedLimit(limit: number) {
  const calls: number[] = [];
  let taken = 0;
  return {
    calls,
    taken: () => taken,
    take: async (count: number) => {
      calls.push(count);
      await Promise.resolve();
      if (taken + count > limit) return false;
      taken += count;
      return true;
    },
  };
}

async function takes(lease: LeasedUnits, counts: readonly number[]): Promise<number> {
  const answers = await Promise.all(counts.map((count) => lease.take(count)));
  return counts.reduce((sum, count, place) => sum + (answers[place] ? count : 0), 0);
}

const ones = (length: number) => Array.from({ length }, () => 1);

describe("the share that a process takes of a limit", () => {
  it.each([
    [150, 1],
    [800, 1],
    [2_999, 1],
    [3_000, 2],
    [15_000, 10],
    [75_000, 50],
    [1_000_000_000_000, 50],
  ])("of %i is %i", (limit, share) => {
    expect(shareOf(limit)).toBe(share);
  });
});

describe("units that are leased", () => {
  it("one by one cost a call each, and are exact", async () => {
    const limit = sharedLimit(10);

    expect(await takes(new LeasedUnits(1, limit.take), ones(15))).toBe(10);
    expect(limit.calls).toEqual(ones(15));
  });

  it("by the handful cost one call for many, also when all want them at once", async () => {
    const limit = sharedLimit(1_000);
    const lease = new LeasedUnits(50, limit.take);

    expect(await takes(lease, ones(50))).toBe(50);
    expect(await takes(lease, ones(20))).toBe(20);
    expect(limit.calls).toEqual([50, 50]);
  });

  it("are had to the last one where the limit no longer holds a handful", async () => {
    const limit = sharedLimit(70);

    expect(await takes(new LeasedUnits(50, limit.take), ones(100))).toBe(70);
  });

  it("are had all or none, and many do not stand in the way of few", async () => {
    const limit = sharedLimit(8);

    expect(await takes(new LeasedUnits(2, limit.take), [6, 5, 1, 1])).toBe(8);
  });

  it("fail only those whose call failed", async () => {
    const lease = new LeasedUnits(1, async () => Promise.reject(new Error("throttled")));
    const [one, other] = await Promise.allSettled([lease.take(1), lease.take(1)]);

    expect([one?.status, other?.status]).toEqual(["rejected", "rejected"]);
  });

  it("come by another call where the first failed, while somebody has not asked yet", async () => {
    const limit = sharedLimit(100);
    let calls = 0;
    const lease = new LeasedUnits(50, async (count) => {
      calls += 1;
      if (calls === 1) throw new Error("throttled");
      return limit.take(count);
    });

    expect(await takes(lease, ones(3))).toBe(3);
    expect(calls).toBe(2);
  });

  it("never exceed the limit, whoever takes how many, and answer everybody", async () => {
    const processes = fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        processes,
        fc.nat(200),
        fc.integer({ min: 1, max: 50 }),
        async (wanted, most, share) => {
          const limit = sharedLimit(most);
          const had = await Promise.all(
            wanted.map((counts) => takes(new LeasedUnits(share, limit.take), counts)),
          );

          expect(had.reduce((sum, units) => sum + units, 0)).toBeLessThanOrEqual(limit.taken());
          expect(limit.taken()).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});
