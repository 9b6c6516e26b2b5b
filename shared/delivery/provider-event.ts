import * as z from "zod";
import type { ProviderAcceptance } from "../messages/message-store.ts";

const oneTag = z.tuple([z.string()]).rest(z.string());

/**
 * What is read of an event that SES publishes (Amazon SES developer guide, "Examples of event data that
 * Amazon SES publishes to Amazon SNS"). Other fields, and other kinds of events, may come with time.
 */
const sesEventSchema = z.object({
  eventType: z.string(),
  mail: z.object({
    timestamp: z.iso.datetime({ offset: true }),
    messageId: z.string().min(1),
    tags: z.record(z.string(), oneTag).optional(),
  }),
});

/** The envelope around it, unless the subscription delivers raw. */
const snsEnvelopeSchema = z.object({ Type: z.literal("Notification"), Message: z.string() });

/** SES never had this one: it could not be written. */
const notAccepted = new Set(["Rendering Failure"]);

/** What SES publishes, not as JSON, when a configuration set is given the topic: to see whether it may. */
const topicCheck = "Successfully validated SNS topic for Amazon SES event publishing.";

/**
 * What an event proves: whatever happened to a message, SES had it.
 *
 * @param body a queue message, with or without SNS's envelope
 * @returns undefined for an event that proves nothing about a message of ours
 * @throws ZodError or SyntaxError for what is no event
 */
export function acceptanceIn(body: string): ProviderAcceptance | undefined {
  const event = eventIn(body);
  if (event === undefined) return undefined;
  const { eventType, mail } = event;
  const accountId = Number(mail.tags?.["account-id"]?.[0]);
  const messageId = mail.tags?.["message-id"]?.[0];
  if (!Number.isSafeInteger(accountId) || messageId === undefined || notAccepted.has(eventType))
    return undefined;
  return { accountId, messageId, providerMessageId: mail.messageId, acceptedAt: Date.parse(mail.timestamp) };
}

function eventIn(body: string): z.infer<typeof sesEventSchema> | undefined {
  if (body.trim() === topicCheck) return undefined;
  const parsed: unknown = JSON.parse(body);
  const envelope = snsEnvelopeSchema.safeParse(parsed);
  return envelope.success ? eventIn(envelope.data.Message) : sesEventSchema.parse(parsed);
}
