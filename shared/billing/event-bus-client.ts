import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";

const source = "postern";

/** What a payment provider's rule may listen for. */
export interface BillingEvent {
  readonly detailType: string;
  /** Epoch ms at which it happened. */
  readonly at: number;
  readonly detail: object;
}

/**
 * Puts an event on the account's default event bus.
 *
 * @throws Error where the bus did not take it
 */
export async function putOnBus(
  events: EventBridgeClient,
  { detailType, at, detail }: BillingEvent,
): Promise<void> {
  const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail) };
  const { FailedEntryCount = 0, Entries = [] } = await events.send(
    new PutEventsCommand({ Entries: [{ ...entry, Time: new Date(at) }] }),
  );
  if (FailedEntryCount > 0) throw new Error(`the event bus refused the event: ${Entries[0]?.ErrorCode}`);
}
