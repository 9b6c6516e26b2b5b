import * as z from "zod";
import { eventsMessageSchema, type MessageEvent } from "../contracts/message-event.ts";
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

/** What a message of the events queue tells. */
export interface EventsIn {
  /** Whatever happened to a message, SES had it. */
  readonly acceptance?: ProviderAcceptance;
  readonly events: readonly MessageEvent[];
}

/**
 * Reads a message of the events queue: one event of SES, with or without SNS's envelope, or events of our own.
 *
 * @throws ZodError or SyntaxError for what is neither
 */
export function eventsIn(body: string): EventsIn {
  const content = contentOf(body);
  if (content === undefined) return { events: [] };
  const own = eventsMessageSchema.safeParse(content);
  if (own.success) return own.data;
  if (isOwn(content)) throw own.error;
  const acceptance = acceptanceOf(sesEventSchema.parse(content));
  return { ...(acceptance && { acceptance }), events: [] };
}

/** @returns undefined for an event that proves nothing about a message of ours */
function acceptanceOf({ eventType, mail }: z.infer<typeof sesEventSchema>): ProviderAcceptance | undefined {
  const accountId = Number(mail.tags?.["account-id"]?.[0]);
  const messageId = mail.tags?.["message-id"]?.[0];
  if (!Number.isSafeInteger(accountId) || messageId === undefined || notAccepted.has(eventType))
    return undefined;
  return { accountId, messageId, providerMessageId: mail.messageId, acceptedAt: Date.parse(mail.timestamp) };
}

/** The JSON in a queue message, out of SNS's envelope; undefined for the check of a topic. */
function contentOf(body: string): unknown {
  if (body.trim() === topicCheck) return undefined;
  const parsed: unknown = JSON.parse(body);
  const envelope = snsEnvelopeSchema.safeParse(parsed);
  return envelope.success ? contentOf(envelope.data.Message) : parsed;
}

function isOwn(content: unknown): boolean {
  return typeof content === "object" && content !== null && "version" in content;
}
