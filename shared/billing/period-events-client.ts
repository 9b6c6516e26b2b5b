import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { derivedId } from "../platform/ids.ts";
import type { Statement } from "./statement.ts";

const source = "postern";
const detailType = "Billing Period Closed";

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
      const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail) };
      const { FailedEntryCount = 0, Entries = [] } = await events.send(
        new PutEventsCommand({ Entries: [{ ...entry, Time: new Date(periodEnd) }] }),
      );
      if (FailedEntryCount > 0) throw new Error(`the event bus refused the event: ${Entries[0]?.ErrorCode}`);
    },
  };
}
