import * as z from "zod";

/** Why a message was not taken: the categories that the log and the webhooks show. */
export const bounceCategorySchema = z.enum([
  "transientfail",
  "greylisting",
  "badsender",
  "block",
  "content",
  "dnsFail",
  "generalfail",
  "other",
  "relayfail",
  "serverfail",
  "spam",
  "verifyfail",
  "timeout",
  "badrecipient",
  "overquota",
  "serverpolicy",
  "spam_gmail",
]);

/** What other sides say is kept up to here: neither a reply nor a browser's name is worth more. */
const longestText = 2_000;
const text = z.string().transform((all) => all.slice(0, longestText));

const common = {
  /** A UUID that follows from what the event was made of, so that a repeated event is recognised. */
  eventId: z.uuid(),
  /** 0 is the operator's own, which is no account. */
  accountId: z.number().int().nonnegative(),
  messageId: z.uuid(),
  /** Epoch ms at which it happened. */
  at: z.number().int().nonnegative(),
};

/** What the recipient's side told of itself. */
const otherSide = {
  sendingIp: text.optional(),
  recipientMx: text.optional(),
  /** Name of the mailbox provider. */
  esp: text.optional(),
  /** The reply as the other side put it. */
  response: text.optional(),
};

const failure = {
  ...otherSide,
  /** The SMTP reply code. */
  responseCode: z.number().int().optional(),
  /** Enhanced status code (RFC 3463), as `5.1.1`. */
  enhancedStatus: text.optional(),
  bounceCategory: bounceCategorySchema,
};

/** Who opened or clicked, as far as the request tells. */
const visitor = { ip: text.optional(), userAgent: text.optional() };

/** What happened to one message; the kinds have the names that webhooks subscribe to. */
export const messageEventSchema = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("delivery"), ...otherSide }),
  z.object({ ...common, kind: z.literal("soft_bounce"), ...failure }),
  z.object({ ...common, kind: z.literal("bounce"), ...failure }),
  z.object({ ...common, kind: z.literal("suspension"), reason: text }),
  z.object({ ...common, kind: z.literal("reject"), reason: text }),
  z.object({ ...common, kind: z.literal("open"), ...visitor }),
  z.object({ ...common, kind: z.literal("click"), ...visitor, url: z.string() }),
  z.object({ ...common, kind: z.literal("unsubscribe"), ...visitor }),
  z.object({ ...common, kind: z.literal("spam_complaint"), feedbackType: text.optional() }),
]);

export type BounceCategory = z.infer<typeof bounceCategorySchema>;
export type MessageEvent = z.infer<typeof messageEventSchema>;
export type EventKind = MessageEvent["kind"];
export type EventOf<Kind extends EventKind> = Extract<MessageEvent, { kind: Kind }>;

/** The body of a message of the events queue, from ourselves. Amazon SES's own events come as SES writes them. */
export const eventsMessageSchema = z.object({
  version: z.literal(1),
  events: z.array(messageEventSchema).min(1),
});

export type EventsMessage = z.infer<typeof eventsMessageSchema>;
