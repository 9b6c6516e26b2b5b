import { describe, expect, it } from "vitest";
import { suspensionRulesSchema } from "../contracts/suspension-rules.ts";
import { firstDay, judgementOn } from "./reputation.ts";

const rules = suspensionRulesSchema.parse({});
const now = Date.UTC(2026, 0, 31, 12);
const hour = 3_600_000;
const counts = (change: object) => ({ sent: 1_000, delivery: 1_000, bounce: 0, spam: 0, ...change });
const verdict = (change: object, warnedAt?: number) =>
  judgementOn(counts(change), rules, { warnedAt, now })?.verdict;

describe("a stream's rates", () => {
  it.each<[string, object, number | undefined, string | undefined]>([
    ["are well", {}, undefined, undefined],
    ["at the limit of a warning are well", { bounce: 20 }, undefined, undefined],
    ["above it are warned of", { bounce: 21 }, undefined, "warn"],
    ["of complaints are warned of", { sent: 10_000, delivery: 10_000, spam: 9 }, undefined, "warn"],
    ["are warned of before they suspend", { bounce: 300 }, undefined, "warn"],
    ["leave some time after the warning", { bounce: 51 }, now - hour / 2, undefined],
    ["suspend after it", { bounce: 51 }, now - hour, "suspend"],
    ["suspend by complaints alone", { spam: 2 }, now - hour, "suspend"],
    ["do not suspend at the very limit", { bounce: 50, spam: 1 }, now - hour, undefined],
    ["are not warned of twice in a week", { bounce: 30 }, now - 6 * 24 * hour, undefined],
    ["are warned of again after a week", { bounce: 51 }, now - 8 * 24 * hour, "warn"],
    ["say nothing about little mail", { sent: 999, bounce: 999 }, now - hour, undefined],
    ["say nothing of complaints where nothing was delivered", { delivery: 0, spam: 5 }, undefined, undefined],
  ])("%s", (_what, change, warnedAt, expected) => {
    expect(verdict(change, warnedAt)).toBe(expected);
  });

  it("are told to the owner in numbers", () => {
    const judgement = judgementOn(counts({ bounce: 63, spam: 2 }), rules, { now });
    expect(judgement?.reason).toBe(
      "Of what was sent in the last 7 days, 6.3% bounced; 5% is the most. Of what was delivered in the last 7 days, 0.2% was reported as spam; 0.1% is the most.",
    );
  });

  it("are those of seven days, and of none before a suspension was lifted", () => {
    expect(firstDay(rules, now)).toBe("2026-01-25");
    expect(firstDay(rules, now, now - 2 * 24 * hour)).toBe("2026-01-30");
    expect(firstDay(rules, now, now)).toBe("2026-02-01");
  });
});
