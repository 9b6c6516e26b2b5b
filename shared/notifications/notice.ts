import * as z from "zod";

export const severitySchema = z.enum(["info", "warning", "critical"]);

export type Severity = z.infer<typeof severitySchema>;

/** What a notice asks its reader to do, and the request of the account API that does it or shows more. */
export const callToActionSchema = z.object({ label: z.string(), request: z.string() });

/** What a notice is about, for a page to lead there. */
export const resourceSchema = z.object({
  type: z.enum(["billing", "api_token", "domain", "webhook", "account", "user"]),
  /** Of the account and its billing there is one. */
  id: z.number().int().nullable(),
});

/** A notice as its reader has it before him. */
export const wordsSchema = z.object({
  severity: severitySchema,
  subject: z.string(),
  text: z.string(),
  callToAction: callToActionSchema,
  resource: resourceSchema,
});

export type Words = z.infer<typeof wordsSchema>;

/** A notice in an account's list. Times are epoch ms. */
export const noticeSchema = wordsSchema.extend({
  accountId: z.number().int(),
  id: z.string(),
  kind: z.string(),
  /** Who gets it by email, where that is not the account's owner. */
  emailTo: z.string().optional(),
  createdAt: z.number(),
  readAt: z.number().optional(),
  archivedAt: z.number().optional(),
});

export type Notice = z.infer<typeof noticeSchema>;

/** The same notice as plain text of an email. */
export function emailTextOf({ text, callToAction: { label, request } }: Words): string {
  return `${text}\n\n${label}:\n\n  ${request}\n`;
}
