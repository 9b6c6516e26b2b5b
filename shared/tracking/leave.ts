import type { EventsQueueClient } from "../messages/events-queue-client.ts";
import type { MessageStore } from "../messages/message-store.ts";
import { derivedId } from "../platform/ids.ts";
import type { OptOutStore } from "../suppressions/opt-out-store.ts";
import { messageOf } from "../suppressions/suppress.ts";
import type { SuppressionStore } from "../suppressions/suppression-store.ts";
import { type Leaver, visitorOf } from "./hits.ts";
import type { OptOutLink, UnsubscribeLink } from "./link-token.ts";

export interface UnsubscribeDeps {
  readonly messages: Pick<MessageStore, "get">;
  readonly suppressions: Pick<SuppressionStore, "putMany">;
  readonly events: Pick<EventsQueueClient, "put">;
}

export interface LeaveDeps extends UnsubscribeDeps {
  readonly optOuts: Pick<OptOutStore, "put">;
}

/**
 * Ends a stream's mail from a domain to a recipient. The suppression stands before this returns; the message's
 * row, where it has not expired, tells the list more.
 *
 * @throws Error where it is not sure that both the suppression and the event will last
 */
export async function unsubscribe(
  { messages, suppressions, events }: UnsubscribeDeps,
  { accountId, messageId, domainId, domainName, stream, recipient: email }: UnsubscribeLink,
  visit: Leaver,
): Promise<void> {
  const row = await messages.get({ accountId, messageId });
  const scope = { accountId, domainId, domainName, stream, email };
  const message = row && messageOf(row);
  const [entry] = await suppressions.putMany([{ ...scope, type: "unsubscription", message }]);
  // Pressing the button again is the same event; leaving again after a reactivation is another.
  const eventId = derivedId(messageId, "unsubscribe", entry?.id ?? visit.requestId);
  await events.put([{ kind: "unsubscribe", eventId, accountId, messageId, ...visitorOf(visit) }]);
}

/** Ends the tracking of a domain's mail to a recipient, that sent already included. */
export async function optOut(
  { optOuts }: Pick<LeaveDeps, "optOuts">,
  { accountId, domainId, domainName, recipient: email }: OptOutLink,
): Promise<void> {
  await optOuts.put({ accountId, domainId, domainName, email });
}
