import * as z from "zod";
import { eventsMessageSchema, type MessageEvent } from "../contracts/message-event.ts";
import type { ProviderAcceptance } from "../messages/message-store.ts";
import { messageEventIn, messageIn, type SesEvent, sesEventSchema } from "./ses-event.ts";

/** The envelope around an event of SES, unless the subscription delivers raw. */
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
  /** Domain of the recipient whom the events are about, as far as it is told. */
  readonly recipientDomain?: string;
}

/**
 * Reads a message of the events queue: one event of SES, with or without SNS's envelope, or events of our own.
 *
 * @throws ZodError or SyntaxError for what is neither
 */
export function eventsIn(body: string): EventsIn {
  const content = contentOf(body);
  if (content === undefined) return { events: [] };
  if (isOwn(content)) return { events: eventsMessageSchema.parse(content).events };
  return ofSes(sesEventSchema.parse(content));
}

function ofSes(event: SesEvent): EventsIn {
  const acceptance = acceptanceOf(event);
  const happened = messageEventIn(event);
  const recipientDomain = event.mail.destination?.[0]?.split("@").at(-1);
  return {
    ...(acceptance && { acceptance }),
    events: happened ? [happened] : [],
    ...(recipientDomain && { recipientDomain }),
  };
}

/** @returns undefined for an event that proves nothing about a message of ours */
function acceptanceOf({ eventType, mail }: SesEvent): ProviderAcceptance | undefined {
  const message = messageIn(mail);
  if (message === undefined || notAccepted.has(eventType)) return undefined;
  return { ...message, providerMessageId: mail.messageId, acceptedAt: Date.parse(mail.timestamp) };
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
