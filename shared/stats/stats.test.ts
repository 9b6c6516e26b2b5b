import { describe, expect, it } from "vitest";
import type { CounterGroup, Counts } from "../messages/counters.ts";
import { type Counted, isAskedFor, statsBy, statsOf, sumOfCounts } from "./stats.ts";

const group: CounterGroup = {
  day: "2026-03-10",
  domainId: 1,
  stream: "transactional",
  esp: "Google",
  category: "Welcome",
};
const counts: Counts = { sent: 200, delivery: 190, bounce: 10, open: 171, click: 133, spam: 3 };
const counted = (fields: Partial<CounterGroup>, numbers: Partial<Counts>): Counted => ({
  group: { ...group, ...fields },
  counts: { sent: 0, delivery: 0, bounce: 0, open: 0, click: 0, spam: 0, ...numbers },
});

describe("statistics", () => {
  it("are counts, and rates to two decimals", () => {
    expect(statsOf(counts)).toEqual({
      delivery_count: 190,
      delivery_rate: 0.95,
      bounce_count: 10,
      bounce_rate: 0.05,
      open_count: 171,
      open_rate: 0.9,
      click_count: 133,
      click_rate: 0.7,
      spam_count: 3,
      spam_rate: 0.02,
    });
  });

  it("have no rates of nothing", () => {
    expect(statsOf(sumOfCounts([]))).toMatchObject({ delivery_rate: 0, open_rate: 0, spam_rate: 0 });
  });

  it("of one day may be beyond all: what was sent before is opened today", () => {
    expect(statsOf({ ...counts, delivery: 2, open: 3 }).open_rate).toBe(1.5);
  });

  it("are of the days, domains, streams, categories and providers that are asked for", () => {
    const days = { startDate: "2026-03-10", endDate: "2026-03-10" };
    const all = { domainIds: [1], streams: ["transactional"], categories: ["Welcome"], esps: ["Google"] };
    expect(isAskedFor(group, days)).toBe(true);
    expect(isAskedFor(group, { ...days, ...all })).toBe(true);
    expect(isAskedFor(group, { ...days, startDate: "2026-03-11" })).toBe(false);
    expect(isAskedFor(group, { ...days, endDate: "2026-03-09" })).toBe(false);
    for (const other of [
      { domainIds: [2] },
      { streams: ["bulk"] },
      { categories: [] },
      { esps: ["Yahoo"] },
    ]) {
      expect(isAskedFor(group, { ...days, ...other })).toBe(false);
    }
    expect(isAskedFor({ ...group, domainId: undefined }, { ...days, domainIds: [1] })).toBe(false);
  });

  it("are grouped, in order, without what has no name", () => {
    const all = [
      counted({ domainId: 10 }, { sent: 1, delivery: 1 }),
      counted({ domainId: 2 }, { sent: 1 }),
      counted({ domainId: 2, day: "2026-03-11" }, { sent: 1, delivery: 1 }),
      counted({ domainId: undefined }, { sent: 1 }),
    ];
    expect(
      statsBy(all, ({ domainId }) => domainId).map(({ name, stats }) => [name, stats.delivery_rate]),
    ).toEqual([
      [2, 0.5],
      [10, 1],
    ]);
    expect(statsBy(all, ({ day }) => day).map(({ name }) => name)).toEqual(["2026-03-10", "2026-03-11"]);
  });
});
