import * as z from "zod";
import { type BounceCategory, type MessageEvent, messageEventSchema } from "../contracts/message-event.ts";
import { derivedId } from "../platform/ids.ts";
import { bounceCategoryOf, replyIn } from "./bounce-category.ts";
import { suppressedReason } from "./delivery-events.ts";

const time = z.iso.datetime({ offset: true });
const oneTag = z.tuple([z.string()]).rest(z.string());

/** A recipient in a bounce or a delay; all but the address comes from a delivery report, where there was one. */
const recipientSchema = z.object({
  emailAddress: z.string().optional(),
  action: z.string().optional(),
  status: z.string().optional(),
  diagnosticCode: z.string().optional(),
});

/**
 * What is read of an event that SES publishes (Amazon SES developer guide, "Contents of event data that Amazon
 * SES publishes to Amazon SNS"). Other fields, and other kinds of events, may come with time.
 */
export const sesEventSchema = z.object({
  eventType: z.string(),
  mail: z.object({
    timestamp: time,
    messageId: z.string().min(1),
    destination: z.array(z.string()).optional(),
    tags: z.record(z.string(), oneTag).optional(),
  }),
  delivery: z.object({ timestamp: time, smtpResponse: z.string().optional() }).optional(),
  deliveryDelay: z
    .object({
      timestamp: time,
      delayType: z.string().optional(),
      delayedRecipients: z.array(recipientSchema).default([]),
    })
    .optional(),
  bounce: z
    .object({
      timestamp: time,
      bounceType: z.string(),
      bounceSubType: z.string(),
      feedbackId: z.string().optional(),
      bouncedRecipients: z.array(recipientSchema).default([]),
    })
    .optional(),
  complaint: z
    .object({
      timestamp: time,
      complaintSubType: z.string().nullish(),
      complaintFeedbackType: z.string().nullish(),
    })
    .optional(),
  reject: z.object({ reason: z.string().optional() }).optional(),
  failure: z.object({ errorMessage: z.string().optional() }).optional(),
});

export type SesEvent = z.infer<typeof sesEventSchema>;

type Recipient = z.infer<typeof recipientSchema>;

/** An event without what all events have. */
type Happening = Record<string, unknown> & {
  kind: MessageEvent["kind"];
  at?: string | undefined;
  /** Tells apart what may happen several times. */
  id?: readonly string[];
};

/** Where the type of a bounce says more than the reply. */
const bySubType: Readonly<Record<string, BounceCategory>> = {
  NoEmail: "badrecipient",
  Suppressed: "badrecipient",
  OnAccountSuppressionList: "badrecipient",
  MailboxFull: "overquota",
  MessageTooLarge: "serverpolicy",
  ContentRejected: "content",
  AttachmentRejected: "content",
  CustomTimeoutExceeded: "timeout",
};

const byDelayType: Readonly<Record<string, BounceCategory>> = {
  InternalFailure: "transientfail",
  MailboxFull: "overquota",
  SpamDetected: "spam",
  RecipientServerError: "serverfail",
  IPFailure: "block",
  TransientCommunicationFailure: "timeout",
  SendingDeferral: "transientfail",
};

const happeningsByType: Readonly<Record<string, (event: SesEvent) => Happening | undefined>> = {
  Delivery: ({ delivery, mail }) => ({
    kind: "delivery",
    at: delivery?.timestamp,
    response: delivery?.smtpResponse,
    sendingIp: sendingIpIn(mail),
  }),
  DeliveryDelay: delayIn,
  Bounce: bounceIn,
  Complaint: complaintIn,
  Reject: ({ reject }) => ({ kind: "reject", reason: reject?.reason ?? "Bad content" }),
  "Rendering Failure": ({ failure }) => ({
    kind: "reject",
    reason: failure?.errorMessage ?? "The message could not be written",
  }),
};

/** Whose message an event of SES is about; undefined where it is none of ours. */
export function messageIn({ tags }: SesEvent["mail"]): { accountId: number; messageId: string } | undefined {
  const accountId = Number(tags?.["account-id"]?.[0]);
  const messageId = tags?.["message-id"]?.[0];
  return Number.isSafeInteger(accountId) && messageId !== undefined ? { accountId, messageId } : undefined;
}

/**
 * What an event of SES says happened to a message; each message has one recipient. Repeated, it is the same
 * event. `Send` says nothing that its worker does not say.
 */
export function messageEventIn(event: SesEvent): MessageEvent | undefined {
  const message = messageIn(event.mail);
  const happening = happeningsByType[event.eventType]?.(event);
  if (message === undefined || happening === undefined) return undefined;
  const { id = [], at = event.mail.timestamp, ...facts } = happening;
  const eventId = derivedId(message.messageId, facts.kind, ...id);
  const parsed = messageEventSchema.safeParse({ ...message, ...facts, eventId, at: Date.parse(at) });
  return parsed.data;
}

/** SES still tries. */
function delayIn({ deliveryDelay, mail }: SesEvent): Happening | undefined {
  if (deliveryDelay === undefined) return undefined;
  const { timestamp, delayType = "", delayedRecipients } = deliveryDelay;
  const reply = replyTo(delayedRecipients[0]);
  const known = bounceCategoryOf(reply);
  const category = known === "other" ? (byDelayType[delayType] ?? "transientfail") : known;
  const facts = { ...reply, bounceCategory: category, sendingIp: sendingIpIn(mail) };
  return { kind: "soft_bounce", at: timestamp, id: [timestamp], ...facts };
}

/**
 * SES has given up: what it calls transient, too, it had tried for hours. Only an automatic answer, as of
 * somebody out of office, is no failure; SES reports it without any word of a delivery report.
 */
function bounceIn({ bounce, mail }: SesEvent): Happening | undefined {
  if (bounce === undefined) return undefined;
  const { timestamp, bounceType, bounceSubType, bouncedRecipients, feedbackId = timestamp } = bounce;
  const [recipient] = bouncedRecipients;
  const reply = replyTo(recipient);
  const known = bySubType[bounceSubType] ?? bounceCategoryOf(reply);
  const isFinal = bounceType === "Permanent" || (isReported(recipient) && recipient?.action !== "delayed");
  const fallback = bounceType === "Permanent" ? "generalfail" : "transientfail";
  const facts = {
    ...reply,
    bounceCategory: known === "other" && bounceType !== "Undetermined" ? fallback : known,
    sendingIp: sendingIpIn(mail),
  };
  return isFinal
    ? { kind: "bounce", at: timestamp, ...facts }
    : { kind: "soft_bounce", at: timestamp, id: [feedbackId], ...facts };
}

function isReported(recipient: Recipient | undefined): boolean {
  return [recipient?.action, recipient?.status, recipient?.diagnosticCode].some(Boolean);
}

function complaintIn({ complaint }: SesEvent): Happening | undefined {
  if (complaint === undefined || complaint.complaintFeedbackType === "not-spam") return undefined;
  // Nobody complained now: SES did not even send it, because of an earlier complaint.
  if (complaint.complaintSubType === "OnAccountSuppressionList") {
    return { kind: "reject", at: complaint.timestamp, reason: suppressedReason("spam complaint") };
  }
  return {
    kind: "spam_complaint",
    at: complaint.timestamp,
    feedbackType: complaint.complaintFeedbackType ?? undefined,
  };
}

function replyTo(recipient: Recipient | undefined) {
  const { response, ...codes } = replyIn(recipient?.diagnosticCode ?? "");
  const status = /^[245]\.\d+\.\d+$/.exec(recipient?.status ?? "")?.[0];
  return { response, ...codes, enhancedStatus: codes.enhancedStatus ?? status };
}

function sendingIpIn({ tags }: SesEvent["mail"]): string | undefined {
  return tags?.["ses:outgoing-ip"]?.[0];
}
