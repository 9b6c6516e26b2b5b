import { randomUUID } from "node:crypto";
import { addressesIn, fieldText, type RawMessage, textOf } from "./ses-message.ts";

// Amazon gives the headers of a message up to this size.
const headersLimit = 10 * 1024;
// SES tries so long.
const patienceMs = 14 * 3_600_000;
const mta = "a8-50.smtp-out.amazonses.com";

/** Where a configuration set's events go, as its template says. */
export interface EventDestination {
  configurationSet: string;
  topicArn: string;
  /** True unless given. */
  enabled?: boolean;
  /** In any of Amazon's spellings: `send`, `SEND`, `deliveryDelay`, `DELIVERY_DELAY`. */
  eventTypes: string[];
}

export type EventType = "Send" | "Delivery" | "DeliveryDelay" | "Bounce" | "Complaint";

/** Why an email bounces: there is no such mailbox, SES remembers that, or somebody is out of office. */
export type BounceReason = "unknown" | "suppressed" | "automatic answer";

/** An email that SES has accepted. */
export interface AcceptedEmail {
  messageId: string;
  acceptedAt: number;
  source: string;
  identityArn: string;
  account: string;
  recipients: string[];
  configurationSet: string | undefined;
  tags: { Name: string; Value: string }[];
  message: RawMessage;
}

export interface SesEvent {
  topicArn: string;
  /** One record as Amazon publishes it, in JSON. */
  record: string;
}

/** The record for each destination of the email's configuration set that wants events of this type. */
export function eventsOf(
  email: AcceptedEmail,
  destinations: EventDestination[],
  type: EventType,
  recipients: string[],
  reason: BounceReason = "unknown",
): SesEvent[] {
  const wanted = destinations.filter(
    ({ configurationSet, eventTypes, enabled }) =>
      enabled !== false &&
      configurationSet === email.configurationSet &&
      eventTypes.some((name) => name.replaceAll("_", "").toLowerCase() === type.toLowerCase()),
  );
  if (wanted.length === 0) return [];
  const detail = detailsOf[type](email, recipients, reason);
  const record = JSON.stringify({
    eventType: type,
    mail: mailOf(email, type),
    [type.charAt(0).toLowerCase() + type.slice(1)]: detail,
  });
  return wanted.map(({ topicArn }) => ({ topicArn, record }));
}

const bounceTypes: Record<BounceReason, object> = {
  unknown: { bounceType: "Permanent", bounceSubType: "General" },
  suppressed: { bounceType: "Permanent", bounceSubType: "Suppressed" },
  "automatic answer": { bounceType: "Transient", bounceSubType: "General" },
};

/** What a delivery report says; an automatic answer brings none. */
const reportOf: Record<BounceReason, object> = {
  unknown: { action: "failed", status: "5.1.1", diagnosticCode: "smtp; 550 5.1.1 user unknown" },
  suppressed: {
    action: "failed",
    status: "5.1.1",
    diagnosticCode:
      "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address.",
  },
  "automatic answer": {},
};

const reporters: Record<BounceReason, object> = {
  unknown: { remoteMtaIp: "127.0.2.0", reportingMTA: `dns; ${mta}` },
  suppressed: { reportingMTA: "dns; amazonses.com" },
  "automatic answer": {},
};

const detailsOf: Record<
  EventType,
  (email: AcceptedEmail, recipients: string[], reason: BounceReason) => object
> = {
  Send: () => ({}),
  Delivery: ({ acceptedAt }, recipients) => ({
    timestamp: new Date().toISOString(),
    processingTimeMillis: Date.now() - acceptedAt,
    recipients,
    smtpResponse: "250 2.6.0 Message received",
    remoteMtaIp: "127.0.2.0",
    reportingMTA: mta,
  }),
  DeliveryDelay: (_email, recipients) => ({
    timestamp: new Date().toISOString(),
    delayType: "TransientCommunicationFailure",
    expirationTime: new Date(Date.now() + patienceMs).toISOString(),
    delayedRecipients: recipients.map((emailAddress) => ({
      emailAddress,
      status: "4.4.1",
      diagnosticCode: "smtp; 421 4.4.1 Unable to connect to remote host",
    })),
    reportingMTA: mta,
  }),
  Bounce: (_email, recipients, reason) => ({
    feedbackId: feedbackId(),
    ...bounceTypes[reason],
    bouncedRecipients: recipients.map((emailAddress) => ({ emailAddress, ...reportOf[reason] })),
    timestamp: new Date().toISOString(),
    ...reporters[reason],
  }),
  Complaint: ({ acceptedAt }, recipients) => ({
    feedbackId: feedbackId(),
    complaintSubType: null,
    complainedRecipients: recipients.map((emailAddress) => ({ emailAddress })),
    timestamp: new Date().toISOString(),
    userAgent: "Amazon SES Mailbox Simulator",
    complaintFeedbackType: "abuse",
    arrivalDate: new Date(acceptedAt).toISOString(),
  }),
};

function mailOf(email: AcceptedEmail, type: EventType): object {
  return {
    timestamp: new Date(email.acceptedAt).toISOString(),
    source: email.source,
    sourceArn: email.identityArn,
    sendingAccountId: email.account,
    messageId: email.messageId,
    destination: email.recipients,
    ...headersOf(email.message),
    commonHeaders: commonHeadersOf(email),
    tags: tagsOf(email, type),
  };
}

function headersOf(message: RawMessage): { headersTruncated: boolean; headers: object[] } {
  const headers: object[] = [];
  let size = 0;
  for (const field of message.fields) {
    size += field.line.length;
    if (size > headersLimit) return { headersTruncated: true, headers };
    headers.push({ name: field.line.slice(0, field.line.indexOf(":")).trim(), value: textOf(field) });
  }
  return { headersTruncated: false, headers };
}

function commonHeadersOf({ message, messageId }: AcceptedEmail): object {
  const lists = { from: "from", replyTo: "reply-to", to: "to", cc: "cc" };
  const texts = { date: "date", subject: "subject" };
  const listed = Object.entries(lists).map(([key, name]) => [
    key,
    capped(addressesIn(message, name).map(({ text }) => text)),
  ]);
  const told = Object.entries(texts).map(([key, name]) => [
    key,
    fieldText(message, name)?.slice(0, headersLimit),
  ]);
  const present = [...listed, ...told].filter(([, value]) => value !== undefined && value?.length !== 0);
  return { ...Object.fromEntries(present), messageId };
}

/** As many as fit the limit: a message may name more people than a notification can carry. */
function capped(texts: string[]): string[] {
  let size = 0;
  return texts.filter((text) => {
    size += text.length;
    return size <= headersLimit;
  });
}

function tagsOf(email: AcceptedEmail, type: EventType): Record<string, string[]> {
  const ours = email.tags.map(({ Name, Value }) => [Name, [Value]]);
  return {
    "ses:operation": ["SendEmail"],
    "ses:configuration-set": [email.configurationSet ?? ""],
    "ses:source-ip": ["127.0.3.0"],
    "ses:from-domain": [email.source.slice(email.source.lastIndexOf("@") + 1).replace(/>$/, "")],
    "ses:caller-identity": ["local"],
    ...(type === "Delivery" ? { "ses:outgoing-ip": ["127.0.4.0"] } : {}),
    ...Object.fromEntries(ours),
  };
}

function feedbackId(): string {
  return `0100${Date.now().toString(16).padStart(12, "0")}-${randomUUID()}-000000`;
}
