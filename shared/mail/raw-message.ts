import mimeFunctions from "nodemailer/lib/mime-funcs/index.js";
import type { TempFile } from "../platform/temp-file.ts";
import { bodyStartOf, fieldsOf, type HeaderLine } from "./header-block.ts";
import { type MessageSource, sourceOf } from "./message-source.ts";
import type { Mime, Piece } from "./mime.ts";
import { type TextPart, textPartsOf } from "./text-parts.ts";
import { decodeText, encodeText, isClearlyEncoded } from "./transfer-encoding.ts";

const longestLine = 76;

/** A message that somebody else has written, and what of it may be changed. */
export interface RawMessage {
  readonly source: MessageSource;
  /** The header with the empty line after it, as it is to be sent. */
  readonly head: Buffer;
  /** Where the body begins in the source. */
  readonly bodyStart: number;
  readonly fields: readonly HeaderLine[];
  /** In the order in which they stand; none in a message that is signed. */
  readonly texts: readonly TextPart[];
}

export async function openMessage(message: Buffer | TempFile): Promise<RawMessage> {
  const source = sourceOf(message);
  const bodyStart = await bodyStartOf(source, 0, source.bytes);
  const head = withEmptyLine(await source.slice(0, bodyStart));
  const fields = fieldsOf(head);
  // A change would break the signature (RFC 6376) of whoever has signed it already.
  const isSigned = fields.some(({ name }) => name === "dkim-signature");
  return { source, head, bodyStart, fields, texts: isSigned ? [] : await textPartsOf(source) };
}

/** A message without a body may lack the empty line (RFC 5322 §2.1), by which signers find where its header ends. */
function withEmptyLine(head: Buffer): Buffer {
  const text = head.subarray(-4).toString("latin1");
  if (/(?:^|\n)\r?\n$/.test(text)) return head;
  return Buffer.concat([head, Buffer.from(text.endsWith("\n") ? "\r\n" : "\r\n\r\n")]);
}

/**
 * The text of a part without its transfer encoding; one character per byte.
 *
 * @returns undefined where that could be read in several ways, so that it had better be left alone
 */
export async function textOf(
  { source }: RawMessage,
  { start, end, encoding }: TextPart,
): Promise<string | undefined> {
  const encoded = await source.slice(start, end);
  return isClearlyEncoded(encoded, encoding) ? decodeText(encoded, encoding) : undefined;
}

/**
 * The message under its header, with other texts; every byte besides these is as it was.
 *
 * @param texts for the parts that change
 */
export async function rewritten(
  { source, head, bodyStart, texts: parts }: RawMessage,
  texts: ReadonlyMap<TextPart, string>,
): Promise<Mime> {
  const body: Piece[] = [];
  let at = bodyStart;
  for (const part of parts) {
    const text = texts.get(part);
    if (text === undefined) continue;
    body.push(source.piece(at, part.start), await encodedText(source, part, text));
    at = part.end;
  }
  body.push(source.piece(at, source.bytes));
  const inMemory = body.filter((piece) => Buffer.isBuffer(piece));
  return inMemory.length === body.length ? Buffer.concat([head, ...inMemory]) : { head, body };
}

async function encodedText(source: MessageSource, part: TextPart, text: string): Promise<Buffer> {
  const before = await source.slice(Math.max(part.start, part.end - 1), part.end);
  const result = encodeText(text, part.encoding);
  return endsLine(before) && !endsLine(result) ? Buffer.concat([result, Buffer.from("\r\n")]) : result;
}

function endsLine(bytes: Buffer): boolean {
  return bytes.at(-1) === 0x0a;
}

/** Fields before those of a header, folded (RFC 5322 §2.2.3). */
export function withFields(head: Buffer, fields: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(fields).map(
    ([name, value]) => `${mimeFunctions.foldLines(`${name}: ${value}`, longestLine)}\r\n`,
  );
  return Buffer.concat([Buffer.from(lines.join("")), head]);
}
