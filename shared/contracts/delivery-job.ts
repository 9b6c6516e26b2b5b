import * as z from "zod";
import { streamSchema } from "./streams.ts";

/** At most so many recipients travel in one job; a larger email becomes several jobs. */
export const recipientsPerJob = 50;

/** SQS takes 1 MiB in one call, attributes and all entries together; some room is left for the envelope. */
export const queueCallBytes = 1_000_000;

export const mailboxSchema = z.object({ email: z.string(), name: z.string().optional() });

const attachmentFields = {
  filename: z.string(),
  type: z.string().optional(),
  disposition: z.enum(["attachment", "inline"]),
  contentId: z.string().optional(),
};

export const inlineAttachmentSchema = z.object({
  ...attachmentFields,
  /** Base64, without white space. */
  content: z.string(),
});

export const storedAttachmentSchema = z.object({
  ...attachmentFields,
  /** Key of an object in the payload bucket that holds the file's bytes as they are, not in base64. */
  stored: z.string(),
  /** Length of that object. */
  bytes: z.number().int().min(0),
});

export const attachmentSchema = z.union([inlineAttachmentSchema, storedAttachmentSchema]);

/**
 * What an email says, as fields from which the delivery worker composes MIME. `to` and `cc` are what
 * every recipient sees in the header; who receives it is in the job's `recipients`.
 */
export const emailContentSchema = z.object({
  from: mailboxSchema,
  to: z.array(mailboxSchema),
  cc: z.array(mailboxSchema),
  replyTo: mailboxSchema.optional(),
  subject: z.string(),
  text: z.string().optional(),
  html: z.string().optional(),
  headers: z.record(z.string(), z.string()),
  attachments: z.array(attachmentSchema),
});

export const recipientSchema = z.object({
  messageId: z.string(),
  email: z.string(),
  kind: z.enum(["to", "cc", "bcc"]),
  /** The customer has not named it: the sending domain's auto-BCC has. */
  autoBcc: z.literal(true).optional(),
});

/**
 * Content as fields, merged in order: the stored parts (keys in the payload bucket, each a JSON object of
 * content fields), then the inline fields; later wins, key by key.
 */
export const fieldsContentSchema = z.object({
  stored: z.array(z.string()),
  inline: emailContentSchema.partial(),
});

/**
 * Content as the MIME message that the customer wrote, without the fields that are not for recipients (Bcc,
 * Resent-Bcc, Return-Path, X-MT-Category, X-MT-Custom-Variables): these bytes reach recipients as they are,
 * but for what compliance must change.
 */
export const rawContentSchema = z.object({
  raw: z.union([
    /** Base64 of the message. */
    z.object({ inline: z.string() }),
    /** Key of an object in the payload bucket that holds the message. */
    z.object({ stored: z.string() }),
  ]),
  /** Length of the message. */
  bytes: z.number().int().min(0),
  /** Address of the message's From field. */
  from: z.string(),
  /** Decoded, for the message log. */
  subject: z.string(),
});

/**
 * One accepted email on its way to at most `recipientsPerJob` recipients: the payload of the delivery
 * queues.
 */
export const deliveryJobSchema = z.object({
  version: z.literal(1),
  submissionId: z.string(),
  accountId: z.number().int(),
  stream: streamSchema,
  domainName: z.string(),
  /** Absent in jobs that were queued before jobs named it. */
  domainId: z.number().int().optional(),
  /** Epoch ms at which the submission was accepted. */
  acceptedAt: z.number(),
  /** Failed delivery attempts so far; a job straight from the door has 0. */
  attempt: z.number().int().min(0),
  /** Epoch ms before which the job is not due; it waits in hops of the queue's longest delay. */
  notBefore: z.number().optional(),
  /** Whether all of its messages are in the log: a former turn of the job has put them there. */
  announced: z.boolean().optional(),
  /** How often it has waited for its sending domain, which may not send any more. */
  domainWaits: z.number().int().min(0).optional(),
  content: z.union([fieldsContentSchema, rawContentSchema]),
  recipients: z.array(recipientSchema).min(1).max(recipientsPerJob),
  category: z.string().optional(),
  customVariables: z.record(z.string(), z.string()).optional(),
  clientIp: z.string().optional(),
  /** Header fields of the copies that auto-BCC makes, and of nothing else. */
  autoBccHeaders: z.record(z.string(), z.string()).optional(),
});

export type Mailbox = z.infer<typeof mailboxSchema>;
export type Attachment = z.infer<typeof attachmentSchema>;
export type EmailContent = z.infer<typeof emailContentSchema>;
export type FieldsContent = z.infer<typeof fieldsContentSchema>;
export type RawContent = z.infer<typeof rawContentSchema>;
export type JobRecipient = z.infer<typeof recipientSchema>;
export type DeliveryJob = z.infer<typeof deliveryJobSchema>;
export type FieldsJob = DeliveryJob & { readonly content: FieldsContent };
export type RawJob = DeliveryJob & { readonly content: RawContent };

export function isRawJob(job: DeliveryJob): job is RawJob {
  return "raw" in job.content;
}

/**
 * A job as the body of a queue message. JSON may hold any character as it is, Amazon SQS does not take
 * U+FFFE and U+FFFF, and some implementations nothing beyond U+FFFF: these travel escaped.
 */
export function jobText(job: DeliveryJob): string {
  return JSON.stringify(job).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
}
