import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { derivedId } from "../platform/ids.ts";
import type { Refund } from "../quota/closed-period.ts";
import { putOnBus } from "./event-bus-client.ts";

export type RefundEventsClient = ReturnType<typeof refundEventsClient>;

/** The period of which something is refunded. */
export interface RefundedPeriod {
  readonly accountId: number;
  /** Epoch ms. */
  readonly periodStart: number;
  readonly periodEnd: number;
}

/** Tells of refunds on the account's default event bus, for a payment provider to pay them back. */
export function refundEventsClient({ events }: { events: EventBridgeClient }) {
  return {
    /** At least once: who listens tells repeats by the detail's `id`, which follows from account and period. */
    async put(
      { accountId, periodStart, periodEnd }: RefundedPeriod,
      { cents, at, reason }: Refund,
    ): Promise<void> {
      const detail = {
        ...{ version: 1, id: derivedId("billing-refund", accountId, periodStart), accountId },
        periodStart: new Date(periodStart).toISOString(),
        periodEnd: new Date(periodEnd).toISOString(),
        ...{ refundCents: cents, currency: "USD", reason },
      };
      await putOnBus(events, { detailType: "Billing Refund", at, detail });
    },
  };
}
