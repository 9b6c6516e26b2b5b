import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayMs, dayOf, hourOf, nextHour, periodContaining, startOfDay } from "./periods.ts";

const from = Date.UTC(2000, 0, 1);
const to = Date.UTC(2060, 0, 1);
const times = fc.integer({ min: from, max: to });
const iso = (time: number) => new Date(time).toISOString();

function lastDayOfMonth(time: number): number {
  const date = new Date(time);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

describe("billing periods", () => {
  it.each([
    ["2027-01-31T09:30:00Z", "2027-01-31T09:30:00.000Z", "2027-02-28T09:30:00.000Z"],
    ["2027-02-28T09:30:00Z", "2027-02-28T09:30:00.000Z", "2027-03-31T09:30:00.000Z"],
    ["2027-03-31T09:29:59Z", "2027-02-28T09:30:00.000Z", "2027-03-31T09:30:00.000Z"],
    ["2027-04-30T23:00:00Z", "2027-04-30T09:30:00.000Z", "2027-05-31T09:30:00.000Z"],
    ["2028-02-29T09:30:00Z", "2028-02-29T09:30:00.000Z", "2028-03-31T09:30:00.000Z"],
    ["2027-12-31T10:00:00Z", "2027-12-31T09:30:00.000Z", "2028-01-31T09:30:00.000Z"],
  ])("of a plan that began on 31 January: at %s it is %s to %s", (now, start, end) => {
    const period = periodContaining(Date.parse("2027-01-31T09:30:00Z"), Date.parse(now));
    expect([iso(period.start), iso(period.end)]).toEqual([start, end]);
  });

  it("contain the time they are asked for, before the anchor too", () => {
    fc.assert(
      fc.property(times, times, (anchor, time) => {
        const { start, end } = periodContaining(anchor, time);
        expect(start).toBeLessThanOrEqual(time);
        expect(end).toBeGreaterThan(time);
      }),
    );
  });

  it("follow each other without gap or overlap, a month's length each", () => {
    fc.assert(
      fc.property(times, times, (anchor, time) => {
        const period = periodContaining(anchor, time);
        expect(periodContaining(anchor, period.end).start).toBe(period.end);
        expect(periodContaining(anchor, period.start - 1).end).toBe(period.start);
        const days = (period.end - period.start) / dayMs;
        expect(days).toBeGreaterThanOrEqual(28);
        expect(days).toBeLessThanOrEqual(31);
      }),
    );
  });

  it("begin on the anchor's day and time, or on the month's last day where it is shorter", () => {
    fc.assert(
      fc.property(times, times, (anchor, time) => {
        const { start } = periodContaining(anchor, time);
        const anchorDay = new Date(anchor).getUTCDate();
        expect(new Date(start).getUTCDate()).toBe(Math.min(anchorDay, lastDayOfMonth(start)));
        expect(start - startOfDay(dayOf(start))).toBe(anchor - startOfDay(dayOf(anchor)));
      }),
    );
  });

  it("are the same for every time within them", () => {
    fc.assert(
      fc.property(times, times, fc.double({ min: 0, max: 0.999, noNaN: true }), (anchor, time, part) => {
        const period = periodContaining(anchor, time);
        const within = period.start + Math.floor((period.end - period.start) * part);
        expect(periodContaining(anchor, within)).toEqual(period);
      }),
    );
  });
});

describe("days and hours", () => {
  it("are those of UTC", () => {
    const time = Date.parse("2026-12-31T23:59:59.999Z");
    expect(dayOf(time)).toBe("2026-12-31");
    expect(hourOf(time)).toBe("2026-12-31T23");
    expect(iso(nextHour(time))).toBe("2027-01-01T00:00:00.000Z");
    expect(iso(nextHour(time + 1))).toBe("2027-01-01T01:00:00.000Z");
  });

  it("sort as text as they follow each other", () => {
    fc.assert(
      fc.property(times, times, (one, other) => {
        if (startOfDay(dayOf(one)) < startOfDay(dayOf(other))) expect(dayOf(one) < dayOf(other)).toBe(true);
        expect(dayOf(startOfDay(dayOf(one)))).toBe(dayOf(one));
      }),
    );
  });
});
