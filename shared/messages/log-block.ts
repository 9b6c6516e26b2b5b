import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { type LogColumn, type LogEntry, type LogValue, logColumns } from "./log-entry.ts";

/** At most so many messages are in a block: what a query decodes at a time. */
export const blockEntries = 50_000;

/** Ids are a section, and every column is one: a query reads those that its filters are about. */
export type SectionName = "ids" | LogColumn;

/** What is known of a block without reading it. Ids of blocks of a day do not overlap. */
export interface BlockDescription {
  /** The object in the log bucket. */
  readonly key: string;
  readonly count: number;
  /** Smallest and largest message id. */
  readonly first: string;
  readonly last: string;
  /** Where in the object each section lies: offset and length in bytes. */
  readonly sections: Readonly<Record<SectionName, readonly [offset: number, length: number]>>;
}

/** A column of a block: the values there are, and for each message which of them is its own. */
export interface DecodedColumn {
  readonly values: readonly LogValue[];
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const idBytes = 16;

/**
 * A block of messages as bytes: one section after the other, each compressed by itself (zstd). `ids` holds
 * 16 bytes for each message; a column holds the length of a JSON array in 4 bytes, that array of the values
 * there are, and for each message the place of its own in it, in 1, 2 or 4 bytes (little-endian).
 *
 * @param entries in the order of their ids, at least one
 */
export async function encodeBlock(
  entries: readonly LogEntry[],
): Promise<{ body: Buffer; description: Omit<BlockDescription, "key"> }> {
  const first = entries[0]?.messageId;
  const last = entries.at(-1)?.messageId;
  if (first === undefined || last === undefined) throw new Error("a block has at least one message");
  const names: SectionName[] = ["ids", ...logColumns];
  const parts: Buffer[] = [];
  const sections = {} as Record<SectionName, readonly [number, number]>;
  let offset = 0;
  for (const name of names) {
    const part = await compress(name === "ids" ? idsOf(entries) : columnOf(entries, name));
    sections[name] = [offset, part.length];
    parts.push(part);
    offset += part.length;
  }
  return { body: Buffer.concat(parts), description: { count: entries.length, first, last, sections } };
}

/**
 * @param hints where given, the column is decoded only if its JSON text, in lower case, has one of these in it
 * @returns undefined where it has none
 */
export async function decodeColumn(
  section: Uint8Array,
  count: number,
  hints?: readonly string[],
): Promise<DecodedColumn | undefined> {
  const bytes = await decompress(section);
  const start = 4 + bytes.readUInt32LE(0);
  const json = bytes.toString("utf8", 4, start);
  const lower = hints && json.toLowerCase();
  if (lower !== undefined && hints?.some((hint) => lower.includes(hint)) === false) return undefined;
  const values = JSON.parse(json) as LogValue[];
  // A copy: typed arrays want their first byte at a multiple of their width.
  const codes = Uint8Array.from(bytes.subarray(start)).buffer;
  const { length } = values;
  if (length <= 2 ** 8) return { values, codes: new Uint8Array(codes, 0, count) };
  return {
    values,
    codes: length <= 2 ** 16 ? new Uint16Array(codes, 0, count) : new Uint32Array(codes, 0, count),
  };
}

/** Ids of a block, by their place. */
export interface DecodedIds {
  at(place: number): string;
  /** @returns -1 where the block has no such message */
  placeOf(messageId: string): number;
  /** The place of the first id that is not smaller; the count where all are. */
  placeFrom(messageId: string): number;
}

export async function decodeIds(section: Uint8Array, count: number): Promise<DecodedIds> {
  const bytes = await decompress(section);
  const placeFrom = (messageId: string) => {
    const wanted = bytesOfId(messageId);
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = bytes.compare(wanted, 0, idBytes, middle * idBytes, (middle + 1) * idBytes);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const at = (place: number) => idAt(bytes, place);
  return {
    at,
    placeFrom,
    placeOf(messageId) {
      const place = placeFrom(messageId);
      return place < count && at(place) === messageId ? place : -1;
    },
  };
}

/** All of a block, in the order of the ids. */
export async function decodeBlock(
  body: Uint8Array,
  { count, sections }: Pick<BlockDescription, "count" | "sections">,
): Promise<LogEntry[]> {
  const sectionOf = ([offset, length]: readonly [number, number]) => body.subarray(offset, offset + length);
  const ids = await decodeIds(sectionOf(sections.ids), count);
  const decoded = await Promise.all(
    logColumns.map(async (name) => [name, await decodeColumn(sectionOf(sections[name]), count)] as const),
  );
  return Array.from({ length: count }, (_, place) => {
    const fields = decoded.map(([name, column]) => [name, column?.values[column.codes[place] ?? 0] ?? null]);
    return { messageId: ids.at(place), ...Object.fromEntries(fields) } as LogEntry;
  });
}

function idsOf(entries: readonly LogEntry[]): Buffer {
  return Buffer.concat(entries.map(({ messageId }) => bytesOfId(messageId)));
}

function columnOf(entries: readonly LogEntry[], name: LogColumn): Buffer {
  const places = new Map<LogValue, number>();
  const codes = new Uint32Array(entries.length);
  for (const [place, entry] of entries.entries()) {
    const value = entry[name];
    const code = places.get(value) ?? places.size;
    if (code === places.size) places.set(value, code);
    codes[place] = code;
  }
  const values = Buffer.from(JSON.stringify([...places.keys()]));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(values.length);
  return Buffer.concat([length, values, narrowed(codes, places.size)]);
}

function narrowed(codes: Uint32Array, size: number): Buffer {
  if (size <= 2 ** 8) return Buffer.from(Uint8Array.from(codes));
  if (size <= 2 ** 16) return Buffer.from(Uint16Array.from(codes).buffer);
  return Buffer.from(codes.buffer);
}

function bytesOfId(messageId: string): Buffer {
  return Buffer.from(messageId.replaceAll("-", ""), "hex");
}

function idAt(bytes: Buffer, place: number): string {
  const hex = bytes.toString("hex", place * idBytes, (place + 1) * idBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
