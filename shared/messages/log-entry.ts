import type { EventKind } from "../contracts/message-event.ts";
import type { MessageRow } from "./message.ts";

/** What the log can be filtered by: one column for each, in blocks, in changes, and of rows. */
export const logColumns = [
  "status",
  "events",
  "stream",
  "domainId",
  "category",
  "esp",
  "recipientMx",
  "response",
  "clientIp",
  "sendingIp",
  "opens",
  "clicks",
  "from",
  "to",
  "subject",
] as const;

export type LogColumn = (typeof logColumns)[number];
export type LogValue = string | number | null;

/** A message as the log's filters see it: slim, whatever its row holds besides. `events` is a sum of `eventBits`. */
export type LogEntry = Readonly<Record<LogColumn, LogValue>> & { readonly messageId: string };

/** What of a row an entry is made of; asking for no more spares what a row holds besides. */
export const entryAttributes = [
  "sk",
  "status",
  "events",
  "stream",
  "domainId",
  "category",
  "esp",
  "recipientMx",
  "espResponse",
  "clientIp",
  "sendingIp",
  "opensCount",
  "clicksCount",
  "from",
  "to",
  "subject",
] as const;

/** All kinds of events. Blocks in the bucket hold sums of their bits, which follow from this order: append only. */
export const eventKinds = [
  "delivery",
  "soft_bounce",
  "bounce",
  "suspension",
  "reject",
  "open",
  "click",
  "unsubscribe",
  "spam_complaint",
] as const satisfies readonly EventKind[];

/** A bit for each kind of event. */
export const eventBits: ReadonlyMap<string, number> = new Map(
  eventKinds.map((kind, place) => [kind, 1 << place]),
);

/** @param row one that is in the log */
export function entryOf(row: MessageRow): LogEntry {
  const { status = null, stream = null, from = null, to = null, category, esp } = row;
  return {
    messageId: row.messageId,
    status,
    events: Object.keys(row.events ?? {}).reduce((bits, kind) => bits | (eventBits.get(kind) ?? 0), 0),
    stream,
    domainId: row.domainId ?? null,
    category: category ?? null,
    esp: esp ?? null,
    recipientMx: row.recipientMx ?? null,
    response: row.espResponse ?? null,
    clientIp: row.clientIp ?? null,
    sendingIp: row.sendingIp ?? null,
    opens: row.opensCount ?? 0,
    clicks: row.clicksCount ?? 0,
    from,
    to,
    subject: row.subject ?? null,
  };
}

/** Not less than any id that a message of an earlier time has. @param epochMs of the first that may have more */
export function firstIdAt(epochMs: number): string {
  const hex = Math.min(Math.max(0, epochMs), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
