import { describe, expect, it } from "vitest";
import { healthOf, lastSevenDays, weekThatEnded } from "./health.ts";

const counts = (bounce: number, spam: number) => ({
  sent: 100_000,
  delivery: 100_000 - bounce,
  bounce,
  spam,
});

describe("a domain's health", () => {
  it.each([
    [0, 0, "good", "good", "good"],
    [1_999, 0, "good", "good", "good"],
    [2_000, 0, "warning", "good", "warning"],
    [5_000, 0, "warning", "good", "warning"],
    [5_001, 0, "critical", "good", "critical"],
    [0, 79, "good", "good", "good"],
    [0, 80, "good", "warning", "warning"],
    [0, 100, "good", "warning", "warning"],
    [0, 101, "good", "critical", "critical"],
    [2_000, 101, "warning", "critical", "critical"],
  ] as const)(
    "with %i bounces and %i complaints is %s, %s: %s",
    (bounce, spam, bounces, complaints, verdict) => {
      const health = healthOf(counts(bounce, spam));
      expect([health.bounces.verdict, health.complaints.verdict, health.verdict]).toEqual([
        bounces,
        complaints,
        verdict,
      ]);
    },
  );

  it("of nothing is good", () => {
    expect(healthOf({ sent: 0, delivery: 0, bounce: 0, spam: 0 })).toEqual({
      bounces: { rate: 0, verdict: "good" },
      complaints: { rate: 0, verdict: "good" },
      verdict: "good",
    });
  });

  it("is told of on Mondays alone, of the week from Monday to Sunday before", () => {
    const sunday = Date.UTC(2026, 10, 22, 23, 59, 59, 999);
    expect(weekThatEnded(sunday)).toBeUndefined();
    const week = { startDate: "2026-11-16", endDate: "2026-11-22" };
    expect(weekThatEnded(sunday + 1)).toEqual(week);
    expect(weekThatEnded(sunday + 24 * 3_600_000)).toEqual(week);
    expect(weekThatEnded(sunday + 24 * 3_600_000 + 1)).toBeUndefined();
    expect(lastSevenDays(sunday)).toEqual(week);
  });
});
