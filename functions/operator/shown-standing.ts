import type { Account } from "../../shared/accounts/account.ts";
import { goodStanding, type Suspension, warningsOf } from "../../shared/accounts/suspension.ts";
import type { StandingAnswer } from "../../shared/contracts/operator-answers.ts";
import { heldOf } from "../../shared/messages/held.ts";
import type { HeldCounts } from "../../shared/messages/held-store.ts";

const dayMs = 86_400_000;

/**
 * How an account stands, as the operator is told.
 *
 * @param now epoch ms
 */
export function shownStanding(
  { id: accountId, status, standing = goodStanding }: Account,
  held: HeldCounts,
  now: number,
): StandingAnswer {
  const { ban, suspensions } = standing;
  return {
    accountId,
    status,
    ...(status === "banned" && ban !== undefined && { ban: { ...ban, since: isoTime(ban.since) } }),
    suspensions: suspensions.map((one) => shownSuspension(one, held, now)),
    warnings: warningsOf(standing, now).map((one) => ({ ...one, since: isoTime(one.since) })),
    held: heldOf(held, { kind: "account" }),
  };
}

export function shownSuspension(
  { scope, reason, since, banAt, answered = false, automatic = false }: Suspension,
  held: HeldCounts,
  now: number,
): StandingAnswer["suspensions"][number] {
  const { kind, ...what } = scope;
  const daysLeft = Math.max(0, Math.ceil((banAt - now) / dayMs));
  const times = { since: isoTime(since), banAt: isoTime(banAt), daysLeft };
  return { scope: kind, ...what, reason, ...times, answered, automatic, held: heldOf(held, scope) };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
