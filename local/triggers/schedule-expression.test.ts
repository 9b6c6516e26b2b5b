import { describe, expect, it } from "vitest";
import { nextRun } from "./schedule-expression.ts";

function next(expression: string, after: string, timeZone = "UTC"): string | undefined {
  const time = nextRun(expression, timeZone, Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString();
}

describe("a schedule is due next", () => {
  it.each([
    ["rate(5 minutes)", "2026-11-22T21:02:55Z", "2026-11-22T21:05:00.000Z"],
    ["rate(5 minutes)", "2026-11-22T21:05:00Z", "2026-11-22T21:10:00.000Z"],
    ["rate(1 hour)", "2026-11-22T21:02:55Z", "2026-11-22T22:00:00.000Z"],
    ["rate(1 day)", "2026-11-22T21:02:55Z", "2026-11-23T00:00:00.000Z"],
    ["cron(0 9 * * ? *)", "2026-11-22T21:02:55Z", "2026-11-23T09:00:00.000Z"],
    ["cron(0/15 * * * ? *)", "2026-11-22T21:02:55Z", "2026-11-22T21:15:00.000Z"],
    ["cron(0 9 ? * MON-FRI *)", "2026-11-20T10:00:00Z", "2026-11-23T09:00:00.000Z"],
    ["cron(0 9 1 * ? *)", "2026-11-22T21:02:55Z", "2026-12-01T09:00:00.000Z"],
    ["cron(0 9 1 1 ? 2028)", "2026-11-22T21:02:55Z", "2028-01-01T09:00:00.000Z"],
    ["at(2026-12-24T18:00:00)", "2026-11-22T21:02:55Z", "2026-12-24T18:00:00.000Z"],
  ])("%s after %s at %s", (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it("on Sunday for weekday 1, as AWS counts", () => {
    expect(next("cron(0 9 ? * 1 *)", "2026-11-20T10:00:00Z")).toBe("2026-11-22T09:00:00.000Z");
    expect(next("cron(0 9 ? * 2-6 *)", "2026-11-20T10:00:00Z")).toBe("2026-11-23T09:00:00.000Z");
  });

  it("by the clock of its time zone", () => {
    expect(next("cron(0 9 * * ? *)", "2026-07-01T00:00:00Z", "Europe/Berlin")).toBe(
      "2026-07-01T07:00:00.000Z",
    );
  });

  it("never when its time is past", () => {
    expect(next("at(2020-01-01T00:00:00)", "2026-11-22T21:02:55Z")).toBeUndefined();
  });

  it.each(["every day", "rate(5 seconds)", "rate(0 minutes)", "cron(0 9 * * ?)"])(
    "not by %s",
    (expression) => {
      expect(() => next(expression, "2026-11-22T21:02:55Z")).toThrow();
    },
  );
});
