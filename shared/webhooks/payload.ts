import type { EventKind, MessageEvent } from "../contracts/message-event.ts";
import type { MessageRow } from "../messages/message.ts";
import type { PayloadFormat } from "./webhook.ts";

/** A message that is in the log, and so has all that an event says of it. */
export type LoggedMessage = Pick<MessageRow, "messageId" | "category" | "customVariables"> &
  Required<Pick<MessageRow, "stream" | "to" | "domainName">>;

const spellings: Partial<Record<EventKind, string>> = {
  soft_bounce: "soft bounce",
  spam_complaint: "spam",
};

/** True for a row with all that is told of it; rows of refused messages have nothing to tell. */
export function isLogged<Row extends MessageRow>(row: Row | undefined): row is Row & LoggedMessage {
  return row?.stream !== undefined && row.to !== undefined && row.domainName !== undefined;
}

/** One event as an endpoint reads it; what is not known is left out. */
export function payloadOf(event: MessageEvent, message: LoggedMessage): Record<string, unknown> {
  const { category, customVariables } = message;
  return {
    event: spellings[event.kind] ?? event.kind,
    timestamp: Math.floor(event.at / 1000),
    sending_stream: message.stream,
    ...(category && { category }),
    ...(customVariables && Object.keys(customVariables).length > 0 && { custom_variables: customVariables }),
    message_id: message.messageId,
    email: message.to,
    event_id: event.eventId,
    ...detailsOf(event),
    sending_domain_name: message.domainName,
  };
}

function detailsOf(event: MessageEvent): Record<string, unknown> {
  switch (event.kind) {
    case "soft_bounce":
    case "bounce": {
      const { response, responseCode: response_code, bounceCategory: bounce_category } = event;
      return { response, response_code, bounce_category };
    }
    case "suspension":
    case "reject":
      return { reason: event.reason };
    case "click":
      return { ip: event.ip, user_agent: event.userAgent, url: event.url };
    case "open":
    case "unsubscribe":
      return { ip: event.ip, user_agent: event.userAgent };
    case "delivery":
    case "spam_complaint":
      return {};
  }
}

/** Media types of the two formats. */
const contentTypes: Record<PayloadFormat, string> = {
  json: "application/json",
  jsonlines: "application/jsonl",
};

export interface CallBody {
  readonly contentType: string;
  readonly text: string;
}

/**
 * The body of a call.
 *
 * @param payloads events as JSON texts, the oldest first
 */
export function bodyOf(payloads: readonly string[], format: PayloadFormat): CallBody {
  const text =
    format === "json"
      ? `{"events":[${payloads.join(",")}]}`
      : payloads.map((payload) => `${payload}\n`).join("");
  return { contentType: contentTypes[format], text };
}
