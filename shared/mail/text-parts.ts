import mimeFunctions from "nodemailer/lib/mime-funcs/index.js";
import { bodyStartOf, fieldsOf, type HeaderLine, soleValue } from "./header-block.ts";
import type { MessageSource } from "./message-source.ts";
import { isTransferEncoding, type TransferEncoding } from "./transfer-encoding.ts";

/** A part that a reader is shown as the message's text. */
export interface TextPart {
  readonly kind: "plain" | "html";
  readonly encoding: TransferEncoding;
  /** In lower case; `utf-8` where it is not said, or is a part of that. */
  readonly charset: string;
  readonly start: number;
  /** The first byte that is not part of it. */
  readonly end: number;
  /** False for texts that follow the message proper, as pictures and attachments do. */
  readonly isMain: boolean;
}

/** Stretches of a message, nested as its multiparts are. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly isMain: boolean;
  readonly depth: number;
}

const mostParts = 500;
const mostDepth = 20;
/** Nobody writes such a text by hand, and no mail program shows it. */
const longestText = 4 * 1024 * 1024;
/** A message of nothing but delimiters is not worth its while. */
const mostSearches = 2_000;
/** RFC 2046 §5.1.1: 70 characters, two hyphens on either side, and white space that was added on the way. */
const longestDelimiter = 512;

/**
 * Finds the parts of a MIME message (RFC 2046) whose text may be changed without harm to anything else:
 * plain text and HTML that is no attachment, in a multipart of a kind that nobody has signed or encrypted.
 * What is written in no clear way is left out.
 */
export async function textPartsOf(message: MessageSource): Promise<TextPart[]> {
  const { source, isWornOut } = patient(message);
  const found: TextPart[] = [];
  const waiting: Stretch[] = [{ start: 0, end: source.bytes, isMain: true, depth: 0 }];
  for (let looked = 0; looked < mostParts; looked += 1) {
    const stretch = waiting.shift();
    if (stretch === undefined) break;
    const bodyStart = await bodyStartOf(source, stretch.start, stretch.end);
    const fields = fieldsOf(await source.slice(stretch.start, bodyStart));
    const part = textPart(fields, { ...stretch, start: bodyStart });
    if (part) found.push(part);
    else waiting.push(...(await childrenOf(source, fields, { ...stretch, start: bodyStart })));
  }
  return isWornOut() ? [] : found.sort((a, b) => a.start - b.start);
}

/** What it finds not to be there after too many searches may be there after all. */
function patient(message: MessageSource): { source: MessageSource; isWornOut: () => boolean } {
  let searches = 0;
  const indexOf: MessageSource["indexOf"] = async (...where) => {
    searches += 1;
    return searches > mostSearches ? -1 : await message.indexOf(...where);
  };
  return { source: { ...message, indexOf }, isWornOut: () => searches > mostSearches };
}

function textPart(fields: readonly HeaderLine[], { start, end, isMain }: Stretch): TextPart | undefined {
  const type = contentType(fields);
  const encoding = (soleValue(fields, "content-transfer-encoding") ?? "7bit").toLowerCase();
  const kind = type.value === "text/plain" ? "plain" : type.value === "text/html" ? "html" : undefined;
  if (kind === undefined || !isTransferEncoding(encoding) || end - start > longestText) return undefined;
  const charset = charsetOf(type.params["charset"]);
  // Every other charset in use writes ASCII as ASCII.
  if (/^utf-?(?:7|16|32)/.test(charset) || isAttached(fields, type)) return undefined;
  return { kind, encoding, charset, start, end, isMain };
}

function charsetOf(name = ""): string {
  const charset = name.trim().toLowerCase();
  return ["", "us-ascii", "ascii", "utf8"].includes(charset) ? "utf-8" : charset;
}

function isAttached(fields: readonly HeaderLine[], type: { params: Record<string, string> }): boolean {
  const { value, params } = mimeFunctions.parseHeaderValue(soleValue(fields, "content-disposition") ?? "");
  const hasName = "filename" in params || "name" in type.params;
  return hasName || value.trim().toLowerCase() === "attachment";
}

function contentType(fields: readonly HeaderLine[]) {
  const isMissing = fields.every(({ name }) => name !== "content-type");
  const text = isMissing ? "text/plain" : (soleValue(fields, "content-type") ?? "");
  const { value, params } = mimeFunctions.parseHeaderValue(text);
  return { value: value.trim().toLowerCase(), params };
}

async function childrenOf(
  source: MessageSource,
  fields: readonly HeaderLine[],
  stretch: Stretch,
): Promise<Stretch[]> {
  const { value, params } = contentType(fields);
  const boundary = params["boundary"];
  if (!boundary || stretch.depth >= mostDepth) return [];
  switch (value) {
    case "multipart/alternative":
      return await split(source, boundary, stretch);
    case "multipart/mixed":
      return (await split(source, boundary, stretch)).map((child, place) => ({
        ...child,
        isMain: stretch.isMain && place === 0,
      }));
    // The other children are what the first one shows (RFC 2387).
    case "multipart/related":
      return (await split(source, boundary, stretch)).slice(0, 1);
    default:
      return [];
  }
}

/** The children of a multipart; the line break before a delimiter belongs to the delimiter. */
async function split(source: MessageSource, boundary: string, stretch: Stretch): Promise<Stretch[]> {
  const children: Stretch[] = [];
  const add = (start: number, end: number) =>
    children.push({ start, end: Math.max(start, end), isMain: stretch.isMain, depth: stretch.depth + 1 });
  let delimiter = await nextDelimiter(source, boundary, stretch.start, stretch);
  while (delimiter && !delimiter.isLast && children.length < mostParts) {
    const next = await nextDelimiter(source, boundary, delimiter.end, stretch);
    add(delimiter.end, next?.start ?? stretch.end);
    delimiter = next;
  }
  return children;
}

interface Delimiter {
  /** Of the line break before it. */
  readonly start: number;
  /** After its own line break. */
  readonly end: number;
  readonly isLast: boolean;
}

async function nextDelimiter(
  source: MessageSource,
  boundary: string,
  from: number,
  { start, end }: Stretch,
): Promise<Delimiter | undefined> {
  const dashes = Buffer.from(`--${boundary}`, "latin1");
  for (let at = await source.indexOf(dashes, from, end); at >= 0; ) {
    const tailStart = at + dashes.length;
    const tail = await source.slice(tailStart, Math.min(tailStart + longestDelimiter, end));
    const match = /^(--)?[ \t]*(?:\r?\n|$)/.exec(tail.toString("latin1"));
    const before = (await source.slice(Math.max(at - 2, start), at)).toString("latin1");
    if (match && (before === "" || before.endsWith("\n"))) {
      const lineBreak = before === "\r\n" ? 2 : before === "" ? 0 : 1;
      return { start: at - lineBreak, end: tailStart + match[0].length, isLast: match[1] !== undefined };
    }
    at = await source.indexOf(dashes, at + 1, end);
  }
  return undefined;
}
