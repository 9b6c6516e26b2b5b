import { describe, expect, it } from "vitest";
import { clockRequestSchema, moveOf } from "./clock-request.ts";

const now = Date.parse("2026-11-22T21:00:00Z");
const move = (request: unknown) => moveOf(clockRequestSchema.parse(request), now);

describe("the clock moves", () => {
  it.each([
    [{ advance: 1500 }, 1500],
    [{ advance: "PT1H" }, 3_600_000],
    [{ advance: "P31D" }, 31 * 86_400_000],
    [{ advance: "P1DT2H3M4.5S" }, 86_400_000 + 7_200_000 + 180_000 + 4_500],
    [{ advance: "P2W" }, 14 * 86_400_000],
    [{ to: "2026-11-22T22:00:00Z" }, 3_600_000],
    [{ to: "2026-11-22T23:00:00+01:00" }, 3_600_000],
  ])("by %j", (request, expected) => {
    expect(move(request)).toBe(expected);
  });

  it.each([
    { advance: -1 },
    { advance: "1 hour" },
    { advance: "P1M" },
    { advance: "P" },
    { to: "tomorrow" },
    {},
    undefined,
  ])("not by %j", (request) => {
    expect(clockRequestSchema.safeParse(request).success).toBe(false);
  });

  // Further on, times are written differently, and later still there are none: the clock would never go again.
  it.each([{ advance: 1e300 }, { advance: "P99999999W" }, { advance: 8_000 * 365 * 86_400_000 }])(
    "never past the year 9999, as by %j",
    (request) => {
      expect(() => move(request)).toThrow(/9999/);
    },
  );

  it("never back", () => {
    expect(() => move({ to: "2026-11-22T20:59:59Z" })).toThrow(/cannot go back/);
  });
});
