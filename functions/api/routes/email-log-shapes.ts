import * as z from "zod";
import type { MessageEvent } from "../../../shared/contracts/message-event.ts";
import { streamSchema } from "../../../shared/contracts/streams.ts";
import { eventKinds } from "../../../shared/messages/log-entry.ts";
import type { MessageRow } from "../../../shared/messages/message.ts";

const text = z.string().nullable();

const rowFields = {
  message_id: z.uuid(),
  status: z.enum(["delivered", "not_delivered", "enqueued", "opted_out"]),
  subject: text,
  rfc_message_id: text,
  in_reply_to: text,
  references: z.array(z.string()),
  thread_id: text,
  from: z.string(),
  to: z.string(),
  sent_at: z.iso.datetime(),
  client_ip: text,
  category: text,
  custom_variables: z.record(z.string(), z.unknown()),
  sending_stream: streamSchema,
  domain_id: z.number().int().nullable(),
  sending_domain_id: z.number().int().nullable(),
  template_id: z.number().int().nullable(),
  template_variables: z.record(z.string(), z.unknown()),
  opens_count: z.number().int(),
  clicks_count: z.number().int(),
};

export const logRowSchema = z.object(rowFields).meta({ id: "EmailLogMessage" });

export const logEventSchema = z
  .object({
    event_type: z.enum([...z.enum(eventKinds).exclude(["spam_complaint"]).options, "spam"]),
    created_at: z.iso.datetime(),
    details: z.record(z.string(), text),
  })
  .meta({ id: "EmailLogEvent" });

export const logMessageSchema = z
  .object({
    ...rowFields,
    raw_message_url: z
      .url()
      .optional()
      .describe("The message as it was sent, for 15 minutes; for admins of its domain, where a copy is kept"),
    events: z.array(logEventSchema),
  })
  .meta({ id: "EmailLogMessageDetails" });

/** A message as the log's list has it. Domains go by both names that clients know them by. */
export function logRow(row: MessageRow) {
  const { domainId = null } = row;
  return {
    message_id: row.messageId,
    status: row.status ?? "enqueued",
    subject: row.subject ?? null,
    rfc_message_id: row.rfcMessageId ?? null,
    in_reply_to: null,
    references: [],
    thread_id: null,
    from: row.from ?? "",
    to: row.to ?? "",
    sent_at: timeText(row.acceptedAt ?? 0),
    client_ip: row.clientIp ?? null,
    category: row.category ?? null,
    custom_variables: row.customVariables ?? {},
    sending_stream: row.stream ?? "transactional",
    domain_id: domainId,
    sending_domain_id: domainId,
    template_id: null,
    template_variables: {},
    opens_count: row.opensCount ?? 0,
    clicks_count: row.clicksCount ?? 0,
  };
}

/** A newsletter that stands on a web page is opened without end, and AWS Lambda answers 6 MB at most. */
const hitsShown = 500;

/**
 * Events as the log shows them. Of opens and clicks the first are shown, and the counts tell of all.
 *
 * @param events in the order in which they happened
 */
export function logEvents(events: readonly MessageEvent[]): z.infer<typeof logEventSchema>[] {
  let hits = 0;
  return events.flatMap((event) => {
    const isHit = event.kind === "open" || event.kind === "click";
    if (isHit && ++hits > hitsShown) return [];
    const event_type = event.kind === "spam_complaint" ? "spam" : event.kind;
    return [{ event_type, created_at: timeText(event.at), details: detailsOf(event) }];
  });
}

function detailsOf(event: MessageEvent): Record<string, string | null> {
  switch (event.kind) {
    case "delivery":
      return otherSideOf(event);
    case "soft_bounce":
    case "bounce":
      return {
        ...otherSideOf(event),
        email_service_provider_status: event.enhancedStatus ?? null,
        email_service_provider_response: event.response ?? null,
        bounce_category: event.bounceCategory,
      };
    case "suspension":
    case "reject":
      return { reject_reason: event.reason };
    case "open":
    case "unsubscribe":
      return { web_ip_address: event.ip ?? null };
    case "click":
      return { click_url: event.url, web_ip_address: event.ip ?? null };
    case "spam_complaint":
      return { spam_feedback_type: event.feedbackType ?? null };
  }
}

interface OtherSide {
  readonly sendingIp?: string | undefined;
  readonly recipientMx?: string | undefined;
  readonly esp?: string | undefined;
}

function otherSideOf({ sendingIp, recipientMx, esp }: OtherSide) {
  return {
    sending_ip: sendingIp ?? null,
    recipient_mx: recipientMx ?? null,
    email_service_provider: esp ?? null,
  };
}

function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
