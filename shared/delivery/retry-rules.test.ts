import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mostAttempts, nextAttemptAt, retryGapsMinutes } from "./retry-rules.ts";

describe("retries", () => {
  it("are ten, each later than the one before, over 24 hours in all", () => {
    expect(retryGapsMinutes).toHaveLength(10);
    expect([...retryGapsMinutes].sort((a, b) => a - b)).toEqual([...retryGapsMinutes]);
    expect(retryGapsMinutes.reduce((sum, gap) => sum + gap, 0)).toBe(24 * 60);
  });

  it("come later and later, whatever the dice say, and end after the eleventh attempt", () => {
    const dice = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: mostAttempts - 2 }), dice, dice, (attempt, one, other) => {
        const [earlier, later] = [nextAttemptAt(attempt, 0, one), nextAttemptAt(attempt + 1, 0, other)];
        return earlier !== undefined && later !== undefined && earlier > 0 && later > earlier;
      }),
    );
    expect(nextAttemptAt(mostAttempts - 1, 0, 1)).toBeDefined();
    expect(nextAttemptAt(mostAttempts, 0, 0)).toBeUndefined();
  });

  it("that failed together spread by up to a tenth of their gap", () => {
    expect(nextAttemptAt(1, 1_000, 0)).toBe(61_000);
    expect(nextAttemptAt(1, 1_000, 1)).toBe(67_000);
  });
});
