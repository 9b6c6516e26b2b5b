import { PosternError } from "../platform/errors.ts";

/**
 * The longest line, in bytes. RFC 5322 §2.1.1 allows 998, yet many programs write HTML in one line, and
 * other services take it; what is beyond this is no text.
 */
const longestLine = 64 * 1024;

const cr = 13;
const lf = 10;

/**
 * A message's bytes with lawful lines, as they come. Lines that end with LF alone (RFC 5321 §2.3.8 forbids
 * it; `curl` and scripts do it) end with CR and LF afterwards, so that everybody down the road reads the same
 * lines that this door read. Nothing else is changed.
 *
 * @throws PosternError `invalid_request` for NUL, for a CR that ends no line (each mail system reads it
 * differently), and for a line longer than 64 KiB
 */
export async function* lawfulLines(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let column = 0;
  for await (const chunk of content) {
    const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : asBuffer(chunk);
    const end = bytes.at(-1) === cr ? bytes.length - 1 : bytes.length;
    held = bytes.subarray(end);
    const lines = lawful(bytes.subarray(0, end));
    column = columnAfter(lines, column);
    if (lines.length > 0) yield lines;
  }
  if (held.length > 0) throw unlawful("message contains a CR without LF");
}

function lawful(bytes: Buffer): Buffer {
  if (bytes.includes(0)) throw unlawful("message contains NUL");
  for (let at = bytes.indexOf(cr); at >= 0; at = bytes.indexOf(cr, at + 1)) {
    if (bytes[at + 1] !== lf) throw unlawful("message contains a CR without LF");
  }
  return hasBareLf(bytes) ? withCrlf(bytes) : bytes;
}

// Byte by byte, since making a text of each piece leaves much garbage where many large messages come at once.
function hasBareLf(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(lf); at >= 0; at = bytes.indexOf(lf, at + 1)) {
    if (bytes[at - 1] !== cr) return true;
  }
  return false;
}

function withCrlf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replace(/(?<!\r)\n/g, "\r\n"), "latin1");
}

/** The column at the end of some bytes, which began at another. */
function columnAfter(bytes: Buffer, column: number): number {
  let lineStart = -column;
  for (let end = bytes.indexOf(lf); end >= 0; end = bytes.indexOf(lf, end + 1)) {
    if (end - 1 - lineStart > longestLine) throw tooLong();
    lineStart = end + 1;
  }
  if (bytes.length - lineStart > longestLine) throw tooLong();
  return bytes.length - lineStart;
}

function tooLong(): PosternError {
  return unlawful(`message has a line longer than ${longestLine} bytes`);
}

function unlawful(message: string): PosternError {
  return new PosternError("invalid_request", { messages: [message] });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
