import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shareOfHour, turnInHour } from "./hour.ts";

/** An hour with so many places left, as the counter behaves: all or none. */
function hourWith(left: number) {
  const asked: number[] = [];
  const hours = {
    take: async (_account: number, count: number) => {
      asked.push(count);
      if (count > left) return { ok: false as const, nextHour: 99 };
      left -= count;
      return { ok: true as const };
    },
  };
  return { hours, asked, left: () => left };
}

const account = { id: 7, limits: { emailsPerHour: 100 } };

describe("an account's hour", () => {
  it("is filled exactly, in order, with few questions", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 50 }), async (left, count) => {
        const hour = hourWith(left);
        const emails = Array.from({ length: count }, (_, n) => n);
        const share = await shareOfHour(hour.hours, account, emails);

        expect(share.now).toHaveLength(Math.min(left, count));
        expect([...share.now, ...share.later]).toEqual(emails);
        expect(hour.left()).toBe(left - share.now.length);
        expect(share.nextHour).toBe(count > left ? 99 : 0);
        expect(hour.asked.length).toBeLessThanOrEqual(13);
      }),
    );
  });

  it("is asked once where all fits", async () => {
    const hour = hourWith(50);
    await shareOfHour(hour.hours, account, Array(50).fill("email"));

    expect(hour.asked).toEqual([50]);
  });
});

describe("the turn of an email that waits for the next hour", () => {
  const ten = Date.UTC(2026, 0, 31, 10);
  const stream = fc.constantFrom("transactional" as const, "bulk" as const);
  const acceptedAt = fc.integer({ min: ten - 30 * 86_400_000, max: ten - 1 });

  it("comes within the hour's first two minutes, transactional mail before bulk", () => {
    fc.assert(
      fc.property(stream, acceptedAt, acceptedAt, (one, first, second) => {
        const turn = turnInHour(ten, { stream: one, acceptedAt: first });
        expect(turn).toBeGreaterThan(ten);
        expect(turn).toBeLessThan(ten + 120_000);
        expect(turnInHour(ten, { stream: "transactional", acceptedAt: first })).toBeLessThan(
          turnInHour(ten, { stream: "bulk", acceptedAt: second }),
        );
      }),
    );
  });

  it("comes the earlier, the earlier it was accepted", () => {
    fc.assert(
      fc.property(stream, acceptedAt, acceptedAt, (one, first, second) => {
        const turns = [Math.min(first, second), Math.max(first, second)].map((at) =>
          turnInHour(ten, { stream: one, acceptedAt: at }),
        );
        expect(turns).toEqual(turns.toSorted((a, b) => a - b));
      }),
    );
  });
});
