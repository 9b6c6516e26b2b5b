import libmime from "libmime";
import * as z from "zod";
import { fieldsOf, soleValue } from "../mail/header-block.ts";

/** What Amazon SES tells of a mail that it took in and put into the bucket; what else it tells nobody asks. */
export const incomingNoticeSchema = z.object({
  notificationType: z.literal("Received"),
  mail: z.object({ messageId: z.string().min(1), timestamp: z.iso.datetime() }),
  receipt: z.object({
    /** The envelope's recipients that a rule matched. */
    recipients: z.array(z.string()),
    action: z.object({ type: z.literal("S3"), objectKey: z.string().min(1) }),
  }),
});

/** What somebody wants who writes to one of the service's own addresses. */
export type Purpose = "unsubscribe" | "report";

const purposes: Readonly<Record<string, Purpose>> = { unsubscribe: "unsubscribe", fbl: "report" };

/**
 * What mail to an address is for; undefined for any other address.
 *
 * @param mailHost in lower case
 */
export function purposeOf(address: string, mailHost: string): Purpose | undefined {
  const [local = "", domain] = address.toLowerCase().split("@");
  const [name = ""] = local.split("+");
  return domain === mailHost && Object.hasOwn(purposes, name) ? purposes[name] : undefined;
}

/**
 * What may be the token in the subject of a mail that unsubscribes (`List-Unsubscribe`, RFC 2369 §3.2): some programs
 * put words before it, or encode it (RFC 2047).
 *
 * @param raw the mail as it arrived, one character per byte
 */
export function unsubscribeTokensIn(raw: string): string[] {
  const [head = ""] = raw.split(/\r?\n\r?\n/, 1);
  const subject = soleValue(fieldsOf(Buffer.from(head, "latin1")), "subject") ?? "";
  return libmime.decodeWords(subject).match(/[\w-]{20,}/g) ?? [];
}
