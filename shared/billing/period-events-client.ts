import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { derivedId } from "../platform/ids.ts";
import { putOnBus } from "./event-bus-client.ts";
import type { Statement } from "./statement.ts";

export type PeriodEventsClient = ReturnType<typeof periodEventsClient>;

/** Tells of closed periods on the account's default event bus, where a payment provider's rule may listen. */
export function periodEventsClient({ events }: { events: EventBridgeClient }) {
  return {
    /** At least once: who listens tells repeats by the detail's `id`, which follows from account and period. */
    async put(statement: Statement): Promise<void> {
      const { accountId, periodStart, periodEnd, ...numbers } = statement;
      const detail = {
        ...{ version: 1, id: derivedId("billing-period", accountId, periodStart), accountId },
        periodStart: new Date(periodStart).toISOString(),
        periodEnd: new Date(periodEnd).toISOString(),
        ...numbers,
        currency: "USD",
      };
      await putOnBus(events, { detailType: "Billing Period Closed", at: periodEnd, detail });
    },
  };
}
