import { failureOf } from "../platform/failure.ts";
import type { Owner, UseNews } from "../platform/notice.ts";
import { logger } from "../platform/observability.ts";
import type { ClosedPeriod } from "./closed-period.ts";
import { type Crossing, overageOf, type PeriodUse, type Threshold, thresholdsReached } from "./thresholds.ts";

/** What an account's owner is told of a threshold that its use has reached. */
export function newsOfUse(use: Omit<PeriodUse, "remaining">, { of, percent }: Threshold): UseNews {
  const { periodStart, overageCap } = use;
  const usual = { percent, periodStart, overageCap };
  return of === "month"
    ? { kind: "month_used", ...usual, used: use.used, limit: use.monthLimit }
    : { kind: "overage_used", ...usual, used: use.overageUsed, limit: overageCap };
}

/**
 * Tells an owner what a reservation has reached. It never fails: the mail is paid for, and goes out whatever
 * becomes of the notice. Who watches the open periods tells what is not told here.
 */
export async function tellOfUse(owner: Owner, crossed: Crossing): Promise<void> {
  const { accountId, thresholds } = crossed;
  try {
    await Promise.all(thresholds.map((reached) => owner.tell(accountId, newsOfUse(crossed, reached))));
  } catch (error) {
    logger.error("an owner could not be told of his use", { accountId, failure: failureOf(error) });
  }
}

/**
 * What an account's owner is told at the latest when a period is closed: all that its use had reached by then. What
 * was told before is the same news.
 */
export function newsOfClosed(period: ClosedPeriod): UseNews[] {
  const use = { ...period, overageUsed: overageOf(period, period.used) };
  return thresholdsReached(period, period.used).map((reached) => ({
    ...newsOfUse(use, reached),
    isOver: true,
  }));
}
