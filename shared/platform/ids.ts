import { createHash, randomBytes } from "node:crypto";

/**
 * A new UUID v7 (RFC 9562 §5.7): it sorts by time, so that a log's cursor can be an id.
 *
 * @param epochMs the time that the id carries
 */
export function newId(epochMs: number): string {
  return uuidV7(epochMs, randomBytes(10));
}

/**
 * The id of the message at a place in a submission: a UUID v7 with the submission's time, the place in
 * `rand_a` (so that the ids of one submission sort as their recipients do) and the rest derived. The
 * same submission and place always give the same id: a queue message that is sent again names the same
 * messages, and what was reserved for a submission can be compared with what became of it.
 *
 * @param place 0 for the first recipient of the submission
 */
export function messageIdAt(submissionId: string, place: number): string {
  const bits = createHash("sha256").update(`${submissionId}/${place}`).digest().subarray(0, 10);
  bits.writeUInt16BE(place & 0xfff, 0);
  return uuidV7(timeOfId(submissionId), bits);
}

/** Whether a text has the form of our ids; DynamoDB refuses to look for some that have not. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The epoch ms that a UUID v7 carries in its first 48 bits. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/**
 * A UUID v8 (RFC 9562 §5.8) that follows from its parts alone: who makes it again, from the same parts in the
 * same order, gets the same one.
 */
export function derivedId(...parts: readonly (string | number)[]): string {
  const bytes = createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 16);
  return uuidText(bytes, 8);
}

/** A UUID v7 that follows from its time and its parts alone, as `derivedId` does, and sorts by its time. */
export function derivedIdAt(epochMs: number, ...parts: readonly (string | number)[]): string {
  const bits = createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 10);
  return uuidV7(epochMs, bits);
}

function uuidV7(epochMs: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(epochMs, 0, 6);
  bytes.set(random, 6);
  return uuidText(bytes, 7);
}

function uuidText(bytes: Buffer, version: number): string {
  bytes.writeUInt8((version << 4) | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
