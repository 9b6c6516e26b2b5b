import { MIMEType } from "node:util";
import * as z from "zod";
import type { Attachment } from "../contracts/delivery-job.ts";
import { oneLine, optional, required, text } from "./field-kinds.ts";
import { StoredFile } from "./stored-file.ts";

const mostAttachments = 1_000;
const longestFilename = 255;
const longestContentId = 255;
const longestType = 255;
const invalidBase64 = "'attachments' content is not valid base64";
const invalidType = "'attachments' type is not a MIME type";

const inlineContent = required(text("'attachments' content").transform(readBase64));
const storedContent = z.instanceof(StoredFile).refine(({ isSound }) => isSound, invalidBase64);

/** Base64 as the customer wrote it, or what a door has put in its place. */
const contentField = z.unknown().transform((value, context): string | StoredFile => {
  const { data, error } = (value instanceof StoredFile ? storedContent : inlineContent).safeParse(value);
  for (const { message } of error?.issues ?? []) context.addIssue(message);
  return data ?? z.NEVER;
});

/** The fields of one attachment; an inline one may lack a `content_id`, and is then shown where the reader's program likes. */
const attachmentSchema = z
  .object(
    {
      content: contentField,
      filename: required(oneLine("'attachments' filename", longestFilename)),
      type: optional(z.string(invalidType).transform(readType)),
      disposition: optional(
        z.enum(["attachment", "inline"], "'attachments' disposition must be 'attachment' or 'inline'"),
      ),
      content_id: optional(
        z
          .string("'attachments' content_id must be a string")
          .max(longestContentId, `'attachments' content_id must not exceed ${longestContentId} characters`)
          // Inside the angle brackets of a Content-ID field (RFC 2045 §7): no bracket, no space.
          .regex(
            /^[!-;=?-~]+$/,
            "'attachments' content_id must be printable ASCII without spaces or brackets",
          ),
      ),
    },
    "'attachments' must be an array of objects",
  )
  .transform(
    ({ content, filename, type, disposition, content_id }): Attachment => ({
      filename,
      ...(content instanceof StoredFile ? { stored: content.key, bytes: content.bytes } : { content }),
      type,
      disposition: disposition ?? "attachment",
      contentId: content_id,
    }),
  );

export const attachmentsField = z
  .array(z.unknown(), "'attachments' must be an array")
  .max(mostAttachments, `'attachments' must not exceed ${mostAttachments} files`)
  .pipe(z.array(attachmentSchema));

/** How many bytes a checked attachment has. */
export function fileBytes(attachment: Attachment): number {
  return "stored" in attachment ? attachment.bytes : decodedBytes(attachment.content);
}

function decodedBytes(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

// RFC 4648 §4 with its padding; line breaks are dropped (RFC 2045 §6.8). One search for what does not
// belong, since a pattern for the whole text overflows the engine's stack with a large file.
function readBase64(text: string, context: z.RefinementCtx): string {
  const base64 = /\s/.test(text) ? text.replace(/\s+/g, "") : text;
  const digits = base64.endsWith("==")
    ? base64.slice(0, -2)
    : base64.endsWith("=")
      ? base64.slice(0, -1)
      : base64;
  if (base64.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits)) {
    context.addIssue(invalidBase64);
  }
  return base64;
}

// Normalized by the platform's own parser, so that no parameter can smuggle anything into the field.
// A part in base64 cannot be multipart (RFC 2045 §6.4).
function readType(text: string, context: z.RefinementCtx): string {
  try {
    if (text.length > longestType || /[^ -~]/.test(text)) throw new TypeError("not a field's value");
    const type = new MIMEType(text);
    if (type.type === "multipart") throw new TypeError("not one part");
    // The old place of the file's name: a second, other name would be for some readers the one that counts.
    type.params.delete("name");
    return String(type);
  } catch {
    context.addIssue(invalidType);
    return z.NEVER;
  }
}
