import MailComposer from "nodemailer/lib/mail-composer/index.js";
import mimeFunctions from "nodemailer/lib/mime-funcs/index.js";
import { isFieldName, isFoldable, isReservedField } from "./header-field.ts";
import type { Letter, LetterAttachment, LetterMailbox } from "./letter.ts";

const longestName = 320;
const unknownType = "application/octet-stream";
const mediaType =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w-]{1,64}=(?:"[\w !#$&^.+:/-]{0,200}"|[\w!#$&^.+-]{1,200}))*$/;

/**
 * Writes an email as MIME (RFC 5322, 2045-2047). Text is quoted-printable and everything else base64, so
 * that the result is seven-bit with short lines and passes every hop unchanged.
 *
 * Doors refuse what cannot stand in a header; here it is made harmless once more, whatever was let
 * through: no line break survives in a field, no field is repeated, no reserved field is the customer's.
 */
export async function compose(letter: Letter): Promise<Buffer> {
  const headers = fields({ ...customerHeaders(letter), ...letter.serviceHeaders });
  const spelling = new Map(headers.map(({ key }) => [key.toLowerCase(), key]));
  const composer = new MailComposer({
    from: mailbox(letter.from),
    to: recipients(letter),
    cc: letter.cc.map(mailbox),
    ...(letter.replyTo && { replyTo: mailbox(letter.replyTo) }),
    subject: subjectField(letter.subject),
    ...(letter.text && { text: canonical(letter.text) }),
    ...(letter.html && { html: canonical(letter.html) }),
    attachments: letter.attachments.map(attachment),
    // A list, never an object: the composer takes one with the names "key" and "value" for a single field.
    headers,
    // Names keep the capitals that they came with.
    normalizeHeaderKey: (key) => spelling.get(key.toLowerCase()) ?? key,
    messageId: letter.messageId,
    date: new Date(letter.date),
    encoding: "quoted-printable",
    // The content is the customer's: it names no file or address that this machine would fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}

function mailbox({ email, name }: LetterMailbox): { name: string; address: string } {
  return { name: oneLine(name ?? "").slice(0, longestName), address: email };
}

/** Where everyone is a blind copy, the field says so: many receivers distrust mail without it. */
function recipients({ to, cc }: Letter) {
  return to.length + cc.length === 0 ? "Undisclosed recipients:;" : to.map(mailbox);
}

function fields(headers: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(headers).map(([key, value]) => ({ key, value }));
}

function customerHeaders({ headers, serviceHeaders }: Letter): Record<string, string> {
  const taken = new Set(Object.keys(serviceHeaders).map((name) => name.toLowerCase()));
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (
      taken.has(lower) ||
      !isFieldName(name) ||
      isReservedField(name) ||
      lower === "content-transfer-encoding"
    )
      continue;
    taken.add(lower);
    kept[name] = foldable(value);
  }
  return kept;
}

function attachment({ filename, content, type, disposition, contentId }: LetterAttachment) {
  return {
    filename: oneLine(filename),
    content,
    encoding: "base64",
    contentType: safeType(type),
    contentDisposition: disposition,
    contentTransferEncoding: "base64" as const,
    ...(contentId && { cid: oneLine(contentId).replace(/[<>\s]/g, "") }),
  };
}

/**
 * RFC 2046 lets the composite types, `multipart` and `message`, carry no base64, and their insides would
 * be taken for parts of this email: as plain bytes they arrive as they are.
 */
function safeType(type = unknownType): string {
  const trimmed = type.trim();
  return mediaType.test(trimmed) && !/^(?:multipart|message)\//i.test(trimmed) ? trimmed : unknownType;
}

/** RFC 2046 §4.1.1: a line of text ends with CR and LF, and neither stands alone. */
function canonical(text: string): string {
  return text.replace(/\r\n?|\n/g, "\r\n");
}

/**
 * What looks like an encoded word (RFC 2047) would be decoded by readers, line breaks and all: it goes as
 * encoded words itself.
 */
function subjectField(value: string): string {
  return value.includes("=?") ? encodedWords(oneLine(value)) : foldable(value);
}

/** A word that no line could hold goes as encoded words, which can be folded between. */
function foldable(value: string): string {
  const line = oneLine(value);
  return isFoldable(line) ? line : encodedWords(line);
}

function encodedWords(line: string): string {
  return mimeFunctions.encodeWord(line, "B", 52);
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not remain
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ");
}
