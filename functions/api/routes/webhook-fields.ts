import * as z from "zod";
import { streamSchema } from "../../../shared/contracts/streams.ts";
import { endpointUrl } from "../../../shared/webhooks/url-rules.ts";
import {
  eventTypeSchema,
  eventTypes,
  payloadFormatSchema,
  type Webhook,
} from "../../../shared/webhooks/webhook.ts";
import { idField } from "./list-fields.ts";

const blank = "can't be blank";

/** A value of a list, or else a text that says which there are. */
function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, {
    error: ({ input }) =>
      input === undefined || input === null || input === ""
        ? blank
        : `is invalid. Allowed values: ${values.join(", ")}.`,
  });
}

// Where it leads is checked when it is stored; here, whether it is one at all.
const url = z.preprocess(
  (value) => value ?? "",
  z
    .string("is invalid")
    .min(1, blank)
    .refine((text) => endpointUrl(text, { allowPrivate: true }) !== undefined, "is invalid"),
);
const events = z.preprocess(
  (value) => value ?? [],
  z.array(oneOf(eventTypes), "is invalid").min(1, blank).max(100, "is invalid"),
);
const active = z.boolean("is invalid");
const format = oneOf(["json", "jsonlines"]);

const common = { url, active: active.default(true), payload_format: format.default("json") };
const emailSending = z.object({
  ...common,
  webhook_type: z.literal("email_sending"),
  sending_stream: oneOf(["transactional", "bulk"]),
  event_types: events,
  /** All domains of the account unless given. */
  domain_id: idField.nullish(),
});
const auditLog = z.object({ ...common, webhook_type: z.literal("audit_log") });

export const newWebhookSchema = z.object({
  webhook: z.discriminatedUnion("webhook_type", [emailSending, auditLog], {
    error: ({ input }) =>
      Object(input).webhook_type ? "is invalid. Allowed values: email_sending, audit_log." : blank,
  }),
});

export const changedWebhookSchema = z.object({
  webhook: z
    .object({
      url: url.optional(),
      active: active.optional(),
      payload_format: format.optional(),
      event_types: events.optional(),
    })
    .default({}),
});

const time = z.iso.datetime({ offset: true, error: "must be an ISO 8601 time" });

export const replaySchema = z
  .object({ from: time, to: time })
  .refine(({ from, to }) => Date.parse(from) <= Date.parse(to), {
    path: ["to"],
    error: "must not be before from",
  });

export const webhookSchema = z
  .object({
    id: z.number().int(),
    url: z.string(),
    active: z.boolean(),
    webhook_type: z.enum(["email_sending", "audit_log"]),
    payload_format: payloadFormatSchema,
    sending_stream: streamSchema.nullable(),
    domain_id: z.number().int().nullable(),
    event_types: z.array(eventTypeSchema),
    /** Mail is not received here. */
    inbound_inbox_id: z.null(),
    /** When it was paused for its failures; an addition of this service. */
    paused_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Webhook" });

export const createdWebhookSchema = webhookSchema
  .extend({ signing_secret: z.string() })
  .meta({ id: "CreatedWebhook" });

export const testResultSchema = z
  .object({ success: z.boolean(), status: z.number().int().nullable(), error: z.string().nullable() })
  .meta({ id: "WebhookTest" });

/** A webhook as the API shows it: without its secret. */
export function shown(webhook: Webhook): z.infer<typeof webhookSchema> {
  const { pausedAt } = webhook;
  return {
    id: webhook.webhookId,
    url: webhook.url,
    active: webhook.active,
    webhook_type: webhook.type,
    payload_format: webhook.payloadFormat,
    sending_stream: webhook.stream,
    domain_id: webhook.domainId,
    event_types: webhook.eventTypes,
    inbound_inbox_id: null,
    paused_at: pausedAt === undefined ? null : new Date(pausedAt).toISOString(),
  };
}
