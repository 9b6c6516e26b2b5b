import { PosternError } from "../platform/errors.ts";

/** The largest header section, in bytes: a thousand recipients with names fit several times. */
const largestHead = 256 * 1024;
const endOfHead = "\r\n\r\n";

/** Fields that are for the service or for nobody; the others reach recipients as they were written. */
const removedNames = new Set(["bcc", "resent-bcc", "return-path", "x-mt-category", "x-mt-custom-variables"]);
// At Amazon SES these choose configuration set, tags and identity: another tenant's, if customers could.
const removedPrefix = "x-ses-";

/** A header field. */
export interface RawField {
  /** In lower case. */
  readonly name: string;
  /** Unfolded, as UTF-8; encoded words (RFC 2047) are still encoded. */
  readonly value: string;
}

/** A message whose header section has been read and whose body is still coming. */
export interface OpenMessage {
  readonly fields: readonly RawField[];
  /** The header section without the fields that are not for recipients. */
  readonly head: Buffer;
  /** What follows it: the empty line and the body, as they come. */
  readonly rest: AsyncGenerator<Buffer>;
}

/**
 * Reads a message's header section.
 *
 * @param lines the message, with lawful lines
 * @throws PosternError `invalid_request` where a line is no field (others might take it for the end of the
 * header), or the section is too large
 */
export async function openMessage(lines: AsyncGenerator<Buffer>): Promise<OpenMessage> {
  const { head, rest } = await splitHead(lines);
  const fields = fieldsOf(head.toString("latin1"));
  const kept = fields.filter(({ name }) => !isRemoved(name)).map(({ text }) => `${text}\r\n`);
  return {
    fields: fields.map(({ name, text }) => ({ name, value: textOf(text) })),
    head: kept.length === fields.length ? head : Buffer.from(kept.join(""), "latin1"),
    rest,
  };
}

/** The head ends with the CRLF of its last field; what follows begins with the empty line. */
async function splitHead(lines: AsyncGenerator<Buffer>): Promise<Pick<OpenMessage, "head" | "rest">> {
  // As if a line had ended before the first one: then the empty line is the same at the very beginning.
  let tail: Buffer = Buffer.from("\r\n");
  const read = [tail];
  let bytes = 0;
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    read.push(next.value);
    bytes += next.value.length;
    tail = Buffer.concat([tail.subarray(1 - endOfHead.length), next.value]);
    if (tail.includes(endOfHead)) break;
    if (bytes > largestHead) throw tooLarge();
  }
  const whole = Buffer.concat(read);
  const end = whole.indexOf(endOfHead);
  // Without a body the empty line may be missing.
  return splitAt(whole.subarray(2), end < 0 ? bytes : end, lines);
}

function splitAt(read: Buffer, end: number, lines: AsyncGenerator<Buffer>) {
  if (end > largestHead) throw tooLarge();
  return { head: read.subarray(0, end), rest: following(read.subarray(end), lines) };
}

async function* following(first: Buffer, lines: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* lines;
}

function fieldsOf(head: string): { name: string; text: string }[] {
  if (head === "") return [];
  return head
    .replace(/\r\n$/, "")
    .split(/\r\n(?![ \t])/)
    .map((text) => {
      const name = /^([!-9;-~]+)[ \t]*:/.exec(text)?.[1];
      if (name === undefined) throw invalid("message has a line in its header that is no field");
      return { name: name.toLowerCase(), text };
    });
}

function isRemoved(name: string): boolean {
  return removedNames.has(name) || name.startsWith(removedPrefix);
}

function textOf(field: string): string {
  const unfolded = field.slice(field.indexOf(":") + 1).replace(/\r\n/g, "");
  return Buffer.from(unfolded, "latin1").toString("utf8").trim();
}

function tooLarge(): PosternError {
  return invalid(`message has a header larger than ${largestHead} bytes`);
}

function invalid(message: string): PosternError {
  return new PosternError("invalid_request", { messages: [message] });
}
