const percents = [80, 90, 100] as const;

/** A part of what an account may use in a period, of which its owner is told. */
export interface Threshold {
  readonly of: "month" | "overage";
  readonly percent: (typeof percents)[number];
}

/** How much of a period's allowance is used. */
export interface PeriodUse {
  /** Whose quota it is: of sub-accounts, their organization's account. */
  readonly accountId: number;
  /** Epoch ms; names the period. */
  readonly periodStart: number;
  readonly monthLimit: number;
  /** Units that may still be reserved, overage included. */
  readonly remaining: number;
  /** All units used, beyond the month's too. */
  readonly used: number;
  readonly overageUsed: number;
  /** 0 where emails beyond the month's are not wanted or not sold. */
  readonly overageCap: number;
}

/** The use after a reservation, and the thresholds that it was the one to reach. */
export interface Crossing extends PeriodUse {
  readonly thresholds: readonly Threshold[];
}

type Allowance = Pick<PeriodUse, "monthLimit" | "overageCap">;

/** Of so many units used, those beyond the month's that the account may use. */
export function overageOf({ monthLimit, overageCap }: Allowance, used: number): number {
  return Math.min(Math.max(0, used - monthLimit), overageCap);
}

/** What is reached once so many units are used, and was not before. An allowance of nothing is never reached. */
export function thresholdsBetween(allowance: Allowance, before: number, after: number): Threshold[] {
  const { monthLimit, overageCap } = allowance;
  const [overBefore, overAfter] = [before - monthLimit, after - monthLimit];
  return [
    ...between(monthLimit, before, after).map((percent) => ({ of: "month" as const, percent })),
    ...between(overageCap, overBefore, overAfter).map((percent) => ({ of: "overage" as const, percent })),
  ];
}

/** All that is reached by so many units used. */
export function thresholdsReached(allowance: Allowance, used: number): Threshold[] {
  return thresholdsBetween(allowance, 0, used);
}

function between(limit: number, before: number, after: number): Threshold["percent"][] {
  if (limit <= 0) return [];
  return percents.filter((percent) => before * 100 < limit * percent && after * 100 >= limit * percent);
}
