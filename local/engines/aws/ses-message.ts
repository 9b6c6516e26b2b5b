import addressparser from "nodemailer/lib/addressparser/index.js";

/** A header field as it stands in the message, folding included, one character per byte (latin1). */
export interface HeaderField {
  /** Lower case. */
  name: string;
  line: string;
}

/** A raw message, cut once: nothing is decoded that needn't be. */
export interface RawMessage {
  fields: HeaderField[];
  /** Lines end in CRLF, the last one included. */
  body: Buffer;
}

/** Cuts a message into header fields and body; line ends become CRLF, as on their way over SMTP. */
export function parseMessage(given: Buffer): RawMessage {
  const raw = withCrlf(given);
  const end = raw.indexOf("\r\n\r\n");
  const header = raw.toString("latin1", 0, end < 0 ? raw.length : end);
  const fields = header
    .split(/\r\n(?![ \t])/)
    .filter((line) => /^[\x21-\x39\x3b-\x7e]+[ \t]*:/.test(line))
    .map((line) => ({ name: line.slice(0, line.indexOf(":")).trim().toLowerCase(), line }));
  return { fields, body: end < 0 ? Buffer.alloc(0) : raw.subarray(end + 4) };
}

/** The field's value unfolded, as text; undefined where the message has none. */
export function fieldText({ fields }: RawMessage, name: string): string | undefined {
  const field = fields.find((candidate) => candidate.name === name);
  return field && textOf(field);
}

export function textOf({ line }: HeaderField): string {
  const value = line
    .slice(line.indexOf(":") + 1)
    .replaceAll("\r\n", "")
    .trim();
  return Buffer.from(value, "latin1").toString("utf8");
}

/** The addresses in all fields of this name, groups flattened. */
export function addressesIn(message: RawMessage, name: string): { address: string; text: string }[] {
  return message.fields
    .filter((field) => field.name === name)
    .flatMap((field) => addressparser(textOf(field), { flatten: true }))
    .map(({ name: shown, address }) => ({ address, text: shown ? `${shown} <${address}>` : address }));
}

/** Amazon puts its own fields in the place of these; a Bcc field is never shown to anybody. */
const replaced = new Set(["message-id", "date", "bcc", "return-path"]);

export function withAmazonsFields(message: RawMessage, own: { messageId: string; date: Date }): RawMessage {
  const kept = message.fields.filter(({ name }) => !replaced.has(name));
  return {
    body: message.body,
    fields: [
      ...kept,
      { name: "message-id", line: `Message-ID: <${own.messageId}>` },
      { name: "date", line: `Date: ${own.date.toUTCString().replace("GMT", "+0000")}` },
    ],
  };
}

export function toBuffer({ fields, body }: RawMessage, before: string[]): Buffer {
  const lines = [...before, ...fields.map(({ line }) => line)];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}

function withCrlf(raw: Buffer): Buffer {
  const ended =
    raw.length === 0 || raw[raw.length - 1] === 0x0a ? raw : Buffer.concat([raw, Buffer.from("\r\n")]);
  for (let at = ended.indexOf(0x0a); at >= 0; at = ended.indexOf(0x0a, at + 1)) {
    if (at === 0 || ended[at - 1] !== 0x0d) {
      return Buffer.from(ended.toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1");
    }
  }
  return ended;
}
