import qp from "nodemailer/lib/qp/index.js";

/** How a text part is written (RFC 2045 §6). */
export type TransferEncoding = "7bit" | "8bit" | "binary" | "quoted-printable" | "base64";

const encodings = new Set<string>(["7bit", "8bit", "binary", "quoted-printable", "base64"]);
const lineLength = 76;

export function isTransferEncoding(name: string): name is TransferEncoding {
  return encodings.has(name);
}

/** The text behind the encoding, one character per byte, since nothing here needs to know its charset. */
export function decodeText(encoded: Buffer, encoding: TransferEncoding): string {
  if (encoding === "base64") return Buffer.from(encoded.toString("latin1"), "base64").toString("latin1");
  const text = encoded.toString("latin1");
  return encoding === "quoted-printable" ? decodeQuotedPrintable(text) : text;
}

/**
 * Whether every reader finds the same text in base64: where it goes on after its padding, or after what is none
 * (RFC 2045 §6.8), some read on and others stop.
 */
export function isClearlyEncoded(encoded: Buffer, encoding: TransferEncoding): boolean {
  if (encoding !== "base64") return true;
  const text = encoded.toString("latin1");
  const end = text.search(/[^A-Za-z0-9+/\s]/);
  return end < 0 || /^[=\s]*$/.test(text.slice(end));
}

/** The opposite of `decodeText`, with lines as short as the encoding wants them. */
export function encodeText(text: string, encoding: TransferEncoding): Buffer {
  if (encoding === "base64") return Buffer.from(inLines(Buffer.from(text, "latin1").toString("base64")));
  return Buffer.from(encoding === "quoted-printable" ? encodeQuotedPrintable(text) : text, "latin1");
}

/** Without the white space of ASCII at its end; of other charsets' bytes none is taken for it. */
export function trimmedEnd(text: string, space = " \t\r\n"): string {
  let end = text.length;
  while (end > 0 && space.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function decodeQuotedPrintable(text: string): string {
  return text
    .split("\n")
    .map((line) => (line.endsWith("\r") ? `${trimmedEnd(line, " \t\r")}\r` : trimmedEnd(line, " \t")))
    .join("\n")
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

// A CR or LF that is not part of a line break is content (RFC 2045 §6.7, rule 4).
function encodeQuotedPrintable(text: string): string {
  const lines = text
    .split("\r\n")
    .map((line) =>
      qp.encode(Buffer.from(line, "latin1")).replace(/[\r\n]/g, (end) => (end === "\r" ? "=0D" : "=0A")),
    );
  return qp.wrap(lines.join("\r\n"), lineLength);
}

function inLines(base64: string): string {
  return base64.match(/.{1,76}/g)?.join("\r\n") ?? "";
}
