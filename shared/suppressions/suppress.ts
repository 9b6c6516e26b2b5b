import type { BounceCategory, EventOf, MessageEvent } from "../contracts/message-event.ts";
import type { RecordedEvent } from "../messages/event.ts";
import type { MessageRow } from "../messages/message.ts";
import type { SuppressedMessage, SuppressionType } from "./suppression.ts";
import type { NewSuppression, SuppressionStore } from "./suppression-store.ts";

// What says that the address itself takes no mail; the other categories tell of the message, the sender or the
// hour.
const hardCategories: readonly BounceCategory[] = ["timeout", "badrecipient", "overquota"];

/**
 * Suppresses the recipients whose events ask for it: hard bounces, unsubscriptions and complaints, in the
 * stream and for the domain of their message. Repeating it changes nothing, and what happened before an address
 * was reactivated suppresses it no more.
 */
export async function suppressFor(
  { suppressions }: { readonly suppressions: Pick<SuppressionStore, "putMany"> },
  recorded: readonly RecordedEvent[],
): Promise<void> {
  const wanted = recorded.flatMap(({ event, row }) => (row === undefined ? [] : suppressionFor(event, row)));
  if (wanted.length > 0) await suppressions.putMany(wanted);
}

/** At most one. */
function suppressionFor(event: MessageEvent, row: MessageRow): NewSuppression[] {
  const type = typeFor(event);
  const { accountId, to: email, domainId, domainName, stream } = row;
  if (type === undefined || email === undefined || stream === undefined) return [];
  if (domainId === undefined || domainName === undefined) return [];
  const scope = { domainId, domainName, stream };
  // A bounce tells of itself.
  const message = messageOf(row, event.kind === "bounce" ? event : undefined);
  return [{ accountId, email, ...scope, type, happenedAt: event.at, message }];
}

function typeFor(event: MessageEvent): SuppressionType | undefined {
  switch (event.kind) {
    case "bounce":
      return hardCategories.includes(event.bounceCategory) ? "hard bounce" : undefined;
    case "unsubscribe":
      return "unsubscription";
    case "spam_complaint":
      return "spam complaint";
    default:
      return undefined;
  }
}

/** What the list shows of a message; without a bounce, the row knows what the recipient's side last said. */
export function messageOf(row: MessageRow, told?: EventOf<"bounce">): SuppressedMessage {
  return {
    bounceCategory: told?.bounceCategory,
    category: row.category,
    clientIp: row.clientIp,
    createdAt: row.acceptedAt,
    espResponse: told?.response ?? row.espResponse,
    espServerType: told?.esp ?? row.esp,
    outgoingIp: told?.sendingIp ?? row.sendingIp,
    recipientMxName: told?.recipientMx ?? row.recipientMx,
    senderEmail: row.from,
    subject: row.subject,
  };
}
