import { warningStandsMs } from "../accounts/suspension.ts";
import type { SuspensionRules } from "../contracts/suspension-rules.ts";
import type { Counts } from "../messages/counters.ts";

const dayMs = 24 * 3_600_000;

export interface Judgement {
  readonly verdict: "suspend" | "warn";
  /** For the owner to read. */
  readonly reason: string;
}

/**
 * What a stream's counts ask for; undefined for nothing. No stream is suspended that was not warned of before, and
 * whoever was warned has some time left to stop.
 *
 * @param warnedAt epoch ms of the last warning
 * @param now epoch ms
 */
export function judgementOn(
  counts: Pick<Counts, "sent" | "delivery" | "bounce" | "spam">,
  rules: SuspensionRules,
  { warnedAt, now }: { readonly warnedAt?: number | undefined; readonly now: number },
): Judgement | undefined {
  if (counts.sent < rules.leastSent) return undefined;
  const bounces = counts.bounce / counts.sent;
  const complaints = counts.delivery === 0 ? 0 : counts.spam / counts.delivery;
  const isBad = bounces > rules.bounceSuspension || complaints > rules.complaintSuspension;
  const isDoubtful = bounces > rules.bounceWarning || complaints > rules.complaintWarning;
  const wasWarned = warnedAt !== undefined && now - warnedAt < warningStandsMs;
  const reason = reasonOf(bounces, complaints, rules);
  if (isBad && wasWarned) {
    return now - warnedAt >= rules.warningMinutes * 60_000 ? { verdict: "suspend", reason } : undefined;
  }
  return isDoubtful && !wasWarned ? { verdict: "warn", reason } : undefined;
}

/** The first of the UTC days that count, as 2026-11-23: none on which a suspension was lifted, and none before. */
export function firstDay({ days }: SuspensionRules, now: number, liftedAt = 0): string {
  return new Date(Math.max(now - (days - 1) * dayMs, liftedAt + dayMs)).toISOString().slice(0, 10);
}

function reasonOf(bounces: number, complaints: number, rules: SuspensionRules): string {
  const said: string[] = [];
  if (bounces > rules.bounceWarning) {
    said.push(
      `Of what was sent in the last ${rules.days} days, ${percent(bounces)} bounced; ${percent(rules.bounceSuspension)} is the most.`,
    );
  }
  if (complaints > rules.complaintWarning) {
    said.push(
      `Of what was delivered in the last ${rules.days} days, ${percent(complaints)} was reported as spam; ${percent(rules.complaintSuspension)} is the most.`,
    );
  }
  return said.join(" ");
}

function percent(rate: number): string {
  return `${Number((100 * rate).toPrecision(3))}%`;
}
