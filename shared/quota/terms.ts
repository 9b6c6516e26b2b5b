import { free, type Quota, type QuotaPlan } from "./quota.ts";

/** What a quota keeps of an account's plan. */
export type Terms = Pick<
  Quota,
  "planName" | "monthLimit" | "dayLimit" | "mostOverage" | "overageCap" | "price"
>;

/** @param overageWish emails beyond the month's that the account has asked for */
export function termsOf(
  { name, monthLimit, dayLimit, mostOverage = 0, price = free }: QuotaPlan,
  overageWish: number,
): Terms {
  return {
    ...{ planName: name, monthLimit, dayLimit, mostOverage, price },
    overageCap: Math.min(overageWish, mostOverage),
  };
}

/** What holds in the period after a quota's own. */
export function nextTerms(quota: Quota): Terms {
  const { nextPlan, overageWish } = quota;
  if (nextPlan) return termsOf(nextPlan, overageWish);
  const { planName, monthLimit, dayLimit, mostOverage, price } = quota;
  return termsOf({ name: planName, monthLimit, dayLimit, mostOverage, price }, overageWish);
}

/**
 * What plans cost from the beginning of a quota's period until a time, each for its part of the period.
 *
 * @param until epoch ms
 * @returns US cents, with fractions
 */
export function centsUntil(quota: Quota, until: number): number {
  const { accruedCents, price, periodStart, periodEnd, planSince = periodStart } = quota;
  const end = Math.min(Math.max(until, planSince), periodEnd);
  return accruedCents + (price.cents * (end - planSince)) / (periodEnd - periodStart);
}
