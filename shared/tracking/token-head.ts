/** A message as all tokens name it. */
export interface OfMessage {
  readonly accountId: number;
  /** A UUID. */
  readonly messageId: string;
}

export const idBytes = 6;
const uuidBytes = 16;
export const headBytes = 1 + idBytes + uuidBytes;

/** What each token begins with. @param letter says of which kind it is; none has the letter of another */
export function headOf(letter: string, { accountId, messageId }: OfMessage): Buffer {
  const head = Buffer.alloc(headBytes);
  head.write(letter, "latin1");
  head.writeUIntBE(accountId, 1, idBytes);
  head.write(messageId.replaceAll("-", ""), 1 + idBytes, "hex");
  return head;
}

export function letterOf(content: Buffer): string {
  return content.toString("latin1", 0, 1);
}

/** The message that a token's head names. */
export function messageIn(content: Buffer): OfMessage {
  return { accountId: content.readUIntBE(1, idBytes), messageId: uuidAt(content, 1 + idBytes) };
}

function uuidAt(bytes: Buffer, start: number): string {
  const hex = bytes.toString("hex", start, start + uuidBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
