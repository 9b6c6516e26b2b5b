import * as z from "zod";
import { type Stream, streamSchema } from "../contracts/streams.ts";

/** What a webhook can ask to be told of. */
export const eventTypes = [
  "delivery",
  "soft_bounce",
  "bounce",
  "suspension",
  "unsubscribe",
  "open",
  "spam_complaint",
  "click",
  "reject",
] as const;

export const eventTypeSchema = z.enum(eventTypes);
export const payloadFormatSchema = z.enum(["json", "jsonlines"]);

export type EventType = z.infer<typeof eventTypeSchema>;
export type PayloadFormat = z.infer<typeof payloadFormatSchema>;

/** Whom a webhook belongs to, and which it is. */
export interface WebhookId {
  readonly accountId: number;
  readonly webhookId: number;
}

const time = z.number().int();

/** A webhook: what the customer asked for, and how its endpoint is doing. */
export const webhookSchema = z.object({
  accountId: z.number().int(),
  webhookId: z.number().int(),
  /** May hold a user name and a password: never logged. */
  url: z.string(),
  active: z.boolean(),
  type: z.enum(["email_sending", "audit_log"]),
  payloadFormat: payloadFormatSchema,
  /** Null for an audit log. */
  stream: streamSchema.nullable(),
  /** Null stands for all domains of the account. */
  domainId: z.number().int().nullable(),
  eventTypes: z.array(eventTypeSchema),
  /** The secret with which calls are signed, as KMS encrypted it. */
  sealedSecret: z.string(),
  createdAt: time,
  /** Calls that failed in a row. */
  failures: z.number().int().default(0),
  /** Epoch ms before which the endpoint is left alone. */
  nextAttemptAt: time.optional(),
  /** Whether the endpoint's last call failed or took long: then only ticks that may take long lead to another. */
  slow: z.boolean().optional(),
  /** Epoch ms at which it was paused for its failures; not there if the customer switched it off. */
  pausedAt: time.optional(),
  ownerToldAt: time.optional(),
});

export type Webhook = z.infer<typeof webhookSchema>;

/** What of a message decides which webhooks are told. */
export interface ToldMessage {
  readonly stream?: Stream | undefined;
  readonly domainId?: number | undefined;
}

/** Whether a webhook asked for events of this kind about this message. */
export function asksFor(webhook: Webhook, kind: string, { stream, domainId }: ToldMessage): boolean {
  return (
    webhook.type === "email_sending" &&
    webhook.stream === stream &&
    (webhook.domainId === null || webhook.domainId === domainId) &&
    webhook.eventTypes.some((type) => type === kind)
  );
}

/** Events are kept for a webhook that works and for one that was paused, not for one that was switched off. */
export function collects({ active, pausedAt }: Webhook): boolean {
  return active || pausedAt !== undefined;
}
