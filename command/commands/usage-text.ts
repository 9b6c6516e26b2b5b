import type { UsageAnswer } from "../../shared/contracts/operator-answers.ts";
import { limit, minute, wholeNumber } from "../plain-text.ts";

type Entry = readonly [name: string, value: string | number | undefined];

/** What an account has used, as a list shows it. */
export function usageEntries(usage: UsageAnswer): Entry[] {
  const { planName, nextPlanName, monthLimit, used, overageUsed, overageCap } = usage;
  const next = nextPlanName === undefined ? "" : `, ${nextPlanName} from ${minute(usage.periodEnd)} UTC on`;
  return [
    ["Plan", planName + next],
    ["Period", `${minute(usage.periodStart)} to ${minute(usage.periodEnd)} UTC`],
    ["Used", `${wholeNumber(used)} of ${limit(monthLimit)}`],
    ["Overage", overageCap === 0 ? undefined : `${wholeNumber(overageUsed)} of ${limit(overageCap)}`],
    ["Left", limit(usage.remaining)],
    ["Today", `${wholeNumber(usage.dayUsed)} of ${limit(usage.dayLimit)}`],
  ];
}
