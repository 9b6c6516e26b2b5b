import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Deliver } from "../mail.ts";
import { AwsError } from "./aws-error.ts";
import { type AwsOutcome, type AwsRequest, bodyAs, ok } from "./protocol.ts";
import { dkimSignature } from "./ses-dkim.ts";
import {
  type AcceptedEmail,
  type BounceReason,
  type EventDestination,
  type EventType,
  eventsOf,
} from "./ses-events.ts";
import { type SesFaultRule, type SesFaults, sesRefusals } from "./ses-faults.ts";
import type { Identities, Identity } from "./ses-identities.ts";
import { addressesIn, parseMessage, type RawMessage, toBuffer, withAmazonsFields } from "./ses-message.ts";
import type { EventPublisher } from "./ses-publisher.ts";
import { type Fate, fateOf } from "./ses-simulator.ts";

/** Of the message itself, whose attachments are in base64; the request carries it in base64 once more. */
const messageLimit = 40 * 1024 * 1024;
const recipientLimit = 50;

const tagText = z
  .string()
  .max(256)
  .regex(/^[A-Za-z0-9_-]+$/);
const addresses = z.array(z.string()).nullish();
const sendEmailSchema = z.object({
  FromEmailAddress: z.string().nullish(),
  Destination: z
    .object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .nullish(),
  Content: z.object({ Raw: z.object({ Data: z.string().min(1) }) }),
  EmailTags: z
    .array(z.object({ Name: tagText, Value: tagText }))
    .max(50)
    .nullish(),
  ConfigurationSetName: z.string().nullish(),
});

type SendEmail = z.infer<typeof sendEmailSchema>;

export interface SesSending {
  region: string;
  account: string;
  identities: Identities;
  configurationSets: string[];
  eventDestinations: EventDestination[];
  faults: SesFaults;
  mailbox: { deliver: Deliver };
  publisher: EventPublisher;
}

/** SendEmail with raw content. The answer comes after the mail is in the mailbox. */
export async function sendEmail(ses: SesSending, request: AwsRequest): Promise<AwsOutcome> {
  const input = bodyAs(sendEmailSchema, request, "BadRequestException");
  const message = messageOf(input);
  const recipients = recipientsOf(input, message);
  const fault = ses.faults.strike(["throttle", "refuse", "error", "timeout"], recipients);
  if (fault?.effect === "timeout") return "hang";
  if (fault) throw errorOf(fault);
  const { identity, source } = checked(ses, input, message, recipients);
  const email = accepted(ses, { input, message, recipients, identity, source });
  await handOver(ses, email, identity);
  return ses.faults.strike(["lose-answer"], recipients) ? "cut" : ok({ MessageId: email.messageId });
}

function messageOf({ Content }: SendEmail): RawMessage {
  const raw = Buffer.from(Content.Raw.Data, "base64");
  if (raw.length > messageLimit) {
    throw badRequest(`Message length is more than ${messageLimit} bytes long.`);
  }
  return parseMessage(raw);
}

/** The envelope is the destination, where there is one; otherwise the message's own header. */
function recipientsOf({ Destination }: SendEmail, message: RawMessage): string[] {
  const given = [Destination?.ToAddresses, Destination?.CcAddresses, Destination?.BccAddresses].flatMap(
    (list) => list ?? [],
  );
  if (given.length > 0) return given;
  return ["to", "cc", "bcc"].flatMap((name) => addressesIn(message, name).map(({ address }) => address));
}

function checked(
  ses: SesSending,
  { FromEmailAddress, ConfigurationSetName, EmailTags }: SendEmail,
  message: RawMessage,
  recipients: string[],
): { identity: Identity; source: string } {
  if (recipients.length === 0) throw badRequest("At least one recipient is required.");
  if (recipients.length > recipientLimit) throw badRequest("Recipient count exceeds 50.");
  const names = EmailTags?.map(({ Name }) => Name) ?? [];
  if (new Set(names).size < names.length) throw badRequest("Duplicate message tag name.");
  const from = addressesIn(message, "from");
  const [author] = from;
  if (!author || from.length > 1) throw badRequest("Missing or invalid required header 'From'.");
  const source = FromEmailAddress ?? author.text;
  const sender = addressesIn({ ...message, fields: [{ name: "from", line: `From:${source}` }] }, "from")[0];
  const identity = verified(ses, author.address);
  verified(ses, sender?.address ?? "");
  if (ConfigurationSetName != null && !ses.configurationSets.includes(ConfigurationSetName)) {
    throw new AwsError(
      404,
      "NotFoundException",
      `Configuration set <${ConfigurationSetName}> does not exist.`,
    );
  }
  return { identity, source };
}

function verified({ identities, region }: SesSending, address: string): Identity {
  const identity = identities.covering(address);
  if (identity) return identity;
  const failed = `The following identities failed the check in region ${region.toUpperCase()}: ${address}`;
  throw new AwsError(400, "MessageRejected", `Email address is not verified. ${failed}`);
}

function accepted(
  { region, account }: SesSending,
  given: {
    input: SendEmail;
    message: RawMessage;
    recipients: string[];
    identity: Identity;
    source: string;
  },
): AcceptedEmail {
  const acceptedAt = Date.now();
  const messageId = `0100${acceptedAt.toString(16).padStart(12, "0")}-${randomUUID()}-000000`;
  const host = region === "us-east-1" ? "email.amazonses.com" : `${region}.amazonses.com`;
  return {
    messageId,
    acceptedAt,
    source: given.source,
    identityArn: `arn:aws:ses:${region}:${account}:identity/${given.identity.name}`,
    account,
    recipients: given.recipients,
    configurationSet: given.input.ConfigurationSetName ?? undefined,
    tags: given.input.EmailTags ?? [],
    message: withAmazonsFields(given.message, {
      messageId: `${messageId}@${host}`,
      date: new Date(acceptedAt),
    }),
  };
}

/** Brings the mail to those who get it, then reports each recipient's fate to the event destinations. */
async function handOver(ses: SesSending, email: AcceptedEmail, identity: Identity): Promise<void> {
  const fates = Map.groupBy(email.recipients, (address) => fateOf(address, ses.faults));
  const of = (fate: Fate) => fates.get(fate) ?? [];
  const reached = [...of("delivered"), ...of("delayed"), ...of("complained"), ...of("answered")];
  if (reached.length > 0) {
    const from = `${email.messageId}@${identity.mailFromDomain ?? "amazonses.com"}`;
    const signature = await dkimSignature(email.message, identity);
    const raw = toBuffer(email.message, [`Return-Path: <${from}>`, signature]);
    await ses.mailbox.deliver({ from, to: reached, raw });
  }
  const events = (type: EventType, to: string[], reason?: BounceReason) =>
    to.length > 0 ? eventsOf(email, ses.eventDestinations, type, to, reason) : [];
  ses.publisher.publish([
    ...events("Send", email.recipients),
    ...events("DeliveryDelay", of("delayed")),
    ...events("Delivery", reached),
    ...events("Bounce", of("bounced")),
    ...events("Bounce", of("suppressed"), "suppressed"),
    ...events("Bounce", of("answered"), "automatic answer"),
    ...events("Complaint", of("complained")),
  ]);
}

function errorOf(fault: SesFaultRule): AwsError {
  if (fault.effect === "throttle") return refusal("TooManyRequestsException");
  if (fault.effect === "refuse") return refusal(fault.exception, fault.message);
  return new AwsError(500, "InternalServiceErrorException", "Internal service error.");
}

function refusal(name: keyof typeof sesRefusals, message?: string): AwsError {
  const [status, usual] = sesRefusals[name];
  return new AwsError(status, name, message ?? usual);
}

function badRequest(message: string): AwsError {
  return new AwsError(400, "BadRequestException", message);
}
