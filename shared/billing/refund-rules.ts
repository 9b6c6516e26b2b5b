import type { Statement } from "./statement.ts";

/** What a period has cost is due when it ends; so long after that it can be had back. */
export const refundDays = 30;
/** And only where at most so much of what the price covers was used. */
export const mostUsedPercent = 30;
const dayMs = 86_400_000;

/**
 * Why a period is not refunded; undefined where it is.
 *
 * @param state.now epoch ms
 */
export function whyNoRefund(
  { emails, included, periodEnd, totalCents }: Statement,
  { isFinal, now }: { readonly isFinal: boolean; readonly now: number },
): string | undefined {
  if (!isFinal) return "the period's numbers are not final yet";
  if (totalCents <= 0) return "the period has cost nothing";
  if (now > periodEnd + refundDays * dayMs) return `the period ended more than ${refundDays} days ago`;
  if (emails * 100 > included * mostUsedPercent) {
    return `more than ${mostUsedPercent}% of the period's emails were used`;
  }
  return undefined;
}
