import type { EventKind, EventOf, MessageEvent } from "../../shared/contracts/message-event.ts";
import type { MessageId, MessageLog, MessageRow } from "../../shared/messages/message.ts";
import { derivedId } from "../../shared/platform/ids.ts";

/** What each kind tells besides what all events tell. */
const details: { readonly [Kind in EventKind]: object } = {
  delivery: { recipientMx: "mx.example.org", esp: "Google", sendingIp: "192.0.2.1", response: "250 ok" },
  soft_bounce: { response: "421 later", responseCode: 421, bounceCategory: "transientfail" },
  bounce: {
    ...{ recipientMx: "mx.example.org", esp: "Google", response: "550 5.1.1 no such user" },
    ...{ responseCode: 550, enhancedStatus: "5.1.1", bounceCategory: "badrecipient" },
  },
  suspension: { reason: "The domain is suspended" },
  reject: { reason: "Recipient in suppression list. Reason: unsubscription" },
  open: { ip: "203.0.113.1", userAgent: "Mozilla/5.0" },
  click: { ip: "203.0.113.1", userAgent: "Mozilla/5.0", url: "https://example.com/" },
  unsubscribe: { ip: "203.0.113.1" },
  spam_complaint: { feedbackType: "abuse" },
};

/** An event of a message; one of the same kind and time is the same event. */
export function eventOf<Kind extends EventKind>(
  { accountId, messageId }: MessageId,
  kind: Kind,
  at: number,
  change: Partial<EventOf<Kind>> = {},
): MessageEvent {
  const eventId = derivedId(messageId, kind, at);
  return { kind, eventId, accountId, messageId, at, ...details[kind], ...change } as MessageEvent;
}

/** The row of a message that a worker has claimed, which is in the log. */
export function rowOf(
  id: MessageId,
  acceptedAt: number,
  change: Partial<MessageLog> & Pick<MessageRow, "copy"> = {},
): MessageRow {
  return {
    ...id,
    state: "claimed",
    status: "enqueued",
    logged: true,
    stream: "transactional",
    domainName: "example.com",
    domainId: 3,
    from: "shop@example.com",
    to: "anna@example.org",
    recipientKind: "to",
    subject: "Hello",
    acceptedAt,
    expiresAt: Math.floor(acceptedAt / 1000) + 30 * 24 * 3600,
    ...change,
  };
}
