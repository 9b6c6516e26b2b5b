import { type Counts, dayOf } from "../messages/counters.ts";
import { type Counted, sumOfCounts } from "./stats.ts";

const dayMs = 24 * 3_600_000;
const monday = 1;

/** Of fewer emails in a week, rates say nothing. */
export const fewestForAlerts = 1_000;

/** From these rates on, as parts of one: bounces of what was sent, complaints of what was delivered. */
const limits = {
  bounces: { warning: 0.02, critical: 0.05 },
  complaints: { warning: 0.0008, critical: 0.001 },
} as const;

export type Verdict = "good" | "warning" | "critical";

/** A rate, as a part of one, and what it says. */
export interface JudgedRate {
  readonly rate: number;
  readonly verdict: Verdict;
}

export interface Health {
  readonly bounces: JudgedRate;
  readonly complaints: JudgedRate;
  /** Of the two the worse. */
  readonly verdict: Verdict;
}

/** UTC days, both inclusive, as 2026-11-23. */
export interface Days {
  readonly startDate: string;
  readonly endDate: string;
}

/** How a domain's mail is received. */
export function healthOf({
  sent,
  delivery,
  bounce,
  spam,
}: Pick<Counts, "sent" | "delivery" | "bounce" | "spam">): Health {
  const bounces = judged("bounces", bounce, sent);
  const complaints = judged("complaints", spam, delivery);
  const verdicts = [bounces.verdict, complaints.verdict];
  const worse = verdicts.includes("critical") ? "critical" : "warning";
  return { bounces, complaints, verdict: verdicts.every((one) => one === "good") ? "good" : worse };
}

function judged(what: keyof typeof limits, part: number, whole: number): JudgedRate {
  const rate = whole === 0 ? 0 : part / whole;
  const { warning, critical } = limits[what];
  if (rate > critical) return { rate, verdict: "critical" };
  return { rate, verdict: rate >= warning ? "warning" : "good" };
}

/** The last seven days, today among them. @param now epoch ms */
export function lastSevenDays(now: number): Days {
  return { startDate: dayOf(now - 6 * dayMs), endDate: dayOf(now) };
}

/** The week from Monday to Sunday that is over, on the Monday after it (UTC); undefined on other days. */
export function weekThatEnded(now: number): Days | undefined {
  if (new Date(now).getUTCDay() !== monday) return undefined;
  return { startDate: dayOf(now - 7 * dayMs), endDate: dayOf(now - dayMs) };
}

/** What of some counters is a domain's, in these days. */
export function countsOf(
  counted: readonly Counted[],
  domainId: number,
  { startDate, endDate }: Days,
): Counts {
  const own = counted.filter(
    ({ group }) => group.domainId === domainId && group.day >= startDate && group.day <= endDate,
  );
  return sumOfCounts(own.map(({ counts }) => counts));
}
