import { PosternError } from "../platform/errors.ts";
import type { Refund } from "../quota/closed-period.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import type { RefundEventsClient } from "./refund-events-client.ts";
import { whyNoRefund } from "./refund-rules.ts";
import { statementOf } from "./statement.ts";

export interface RefundDeps {
  readonly quota: Pick<QuotaStore, "periodToTell" | "refundPeriod">;
  readonly refundEvents: RefundEventsClient;
}

/**
 * Refunds what a closed period has cost, once, and tells the event bus. Cut off anywhere, or asked for again, the
 * same call completes it: the refund that there is stands, and is told under the same id.
 *
 * @param wanted.periodStart epoch ms; names the period
 * @param now epoch ms
 * @throws PosternError `not_found` without such a period, `invalid_request` with the reason why there is no refund
 */
export async function refund(
  { quota, refundEvents }: RefundDeps,
  wanted: { accountId: number; periodStart: number; reason?: string | undefined },
  now: number,
): Promise<Refund> {
  const { accountId, periodStart, reason } = wanted;
  const read = async () => {
    const closed = await quota.periodToTell(accountId, periodStart);
    if (closed === undefined) throw new PosternError("not_found", { messages: ["no such closed period"] });
    return closed;
  };
  const { period, isFinal } = await read();
  if (period.refund === undefined) {
    const statement = statementOf(period);
    const why = whyNoRefund(statement, { isFinal, now });
    if (why !== undefined) throw new PosternError("invalid_request", { messages: [`no refund: ${why}`] });
    const made = { cents: statement.totalCents, at: now, ...(reason !== undefined && { reason }) };
    await quota.refundPeriod(accountId, periodStart, made);
  }
  const { period: refunded } = await read();
  if (refunded.refund === undefined) throw new Error("the refund was not kept");
  await refundEvents.put(refunded, refunded.refund);
  return refunded.refund;
}
