import type { MessageEvent } from "../contracts/message-event.ts";
import { newId } from "../platform/ids.ts";
import { type LoggedMessage, payloadOf } from "./payload.ts";
import type { EventType, Webhook } from "./webhook.ts";

const visitor = { ip: "192.0.2.1", userAgent: "Mozilla/5.0 (a test of your webhook)" };

/** What each kind of event tells besides the usual. */
const details: Record<EventType, Record<string, unknown>> = {
  delivery: {},
  soft_bounce: { response: "4.2.1 Try again later", responseCode: 450, bounceCategory: "transientfail" },
  bounce: { response: "5.1.1 No such user", responseCode: 550, bounceCategory: "badrecipient" },
  suspension: { reason: "A test of your webhook" },
  unsubscribe: visitor,
  open: visitor,
  spam_complaint: {},
  click: { ...visitor, url: "https://example.com/" },
  reject: { reason: "A test of your webhook" },
};

/** Made-up events, one of each kind that a webhook asks for, as JSON texts. */
export function samplePayloads(webhook: Webhook, now: number): string[] {
  const messageId = newId(now);
  const message: LoggedMessage = {
    messageId,
    stream: webhook.stream ?? "transactional",
    to: "recipient@example.com",
    domainName: "example.com",
    category: "Test",
  };
  return webhook.eventTypes.map((kind) => {
    const common = { kind, accountId: webhook.accountId, messageId, eventId: newId(now), at: now };
    const event = { ...common, ...details[kind] } as MessageEvent;
    return JSON.stringify(payloadOf(event, message));
  });
}
