import type { ClosedPeriod } from "../quota/closed-period.ts";
import { overageOf } from "../quota/thresholds.ts";

/** What an account owes for a billing period. */
export interface Statement {
  readonly accountId: number;
  readonly planName: string;
  /** Epoch ms. */
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly emails: number;
  /** Emails that the plan's price covers. */
  readonly included: number;
  /** Emails beyond these. */
  readonly overage: number;
  /** US cents: the plans that the account had, each for its part of the period. */
  readonly planCents: number;
  /** Less by the account's discount, which is on plans alone. */
  readonly discountCents: number;
  readonly overageCents: number;
  /** What was given back later. */
  readonly refundCents: number;
  /** Plans and overage, without discount and refund. */
  readonly totalCents: number;
}

/** What a closed period costs, by the prices that it was closed with. */
export function statementOf(period: ClosedPeriod): Statement {
  const { accountId, planName, periodStart, periodEnd, used, monthLimit, planCents } = period;
  const overage = overageOf(period, used);
  const overageCents = Math.round((overage * period.overageCentsPer1000) / 1_000);
  const discountCents = Math.round((planCents * period.discountPercent) / 100);
  const refundCents = period.refund?.cents ?? 0;
  return {
    ...{ accountId, planName, periodStart, periodEnd, emails: used, included: monthLimit },
    ...{ overage, planCents, discountCents, overageCents, refundCents },
    totalCents: planCents - discountCents + overageCents - refundCents,
  };
}
