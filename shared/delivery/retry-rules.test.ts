import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mostAttempts, nextAttemptAt, nextTurnAt, retryGapsMinutes } from "./retry-rules.ts";

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

describe("turns of a message whose routes are sick", () => {
  const minute = 60_000;

  it("come after a minute or two, and later as it grows old", () => {
    expect(nextTurnAt(0, 0, 0)).toBe(minute);
    expect(nextTurnAt(0, 0, 1)).toBe(2 * minute);
    expect(nextTurnAt(0, 600 * minute, 0)).toBe(660 * minute);
    expect(nextTurnAt(0, 600 * minute, 1)).toBe(720 * minute);
  });

  it("are attempts after three days", () => {
    expect(nextTurnAt(0, 3 * 24 * 60 * minute, 0)).toBeDefined();
    expect(nextTurnAt(0, 3 * 24 * 60 * minute + 1, 0)).toBeUndefined();
  });

  it("let a campaign of hours at the provider's rate through, without a pause and without a loss", () => {
    const perMinute = 10;
    const dice = dealer();
    const due = new Map([[0, 3_000]]);
    let [left, now] = [3_000, 0];
    for (; left > 0; now += 1) {
      const here = due.get(now) ?? 0;
      left -= Math.min(here, perMinute);
      for (let again = here - perMinute; again > 0; again -= 1) {
        const turn = Math.ceil((nextTurnAt(0, now * minute, dice()) ?? Number.NaN) / minute);
        due.set(turn, (due.get(turn) ?? 0) + 1);
      }
    }
    expect(now).toBeLessThan((3_000 / perMinute) * 1.5);
  });
});

/** The same throws in every run. */
function dealer(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
