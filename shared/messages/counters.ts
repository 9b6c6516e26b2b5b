import type { Stream } from "../contracts/streams.ts";
import { accountPartition } from "../platform/account-partition.ts";

/** What is counted. All but `sent` count a message once however often it happens. */
export const countedNumbers = ["sent", "delivery", "bounce", "open", "click", "spam"] as const;

export type CountedNumber = (typeof countedNumbers)[number];
export type Counts = Readonly<Record<CountedNumber, number>>;

/** Which messages one item of the counters' table counts. */
export interface CounterGroup {
  /** A day in UTC, as 2026-11-23. */
  readonly day: string;
  /** Undefined for messages that were queued before jobs named their domain's id. */
  readonly domainId: number | undefined;
  readonly stream: Stream;
  /** Mailbox provider; "" while it is not known. */
  readonly esp: string;
  /** "" for messages without one. */
  readonly category: string;
}

/** A key holds 1,024 bytes; the longest category can have 1,020. */
const categoryBytes = 800;

/** The day in UTC of an epoch ms, as 2026-11-23. */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** The key of the item that counts a group. It begins with the day, so that days are a range of keys. */
export function counterKey(accountId: number, group: CounterGroup): { pk: string; sk: string } {
  const { day, domainId = "", stream, esp, category } = group;
  const sk = [day, domainId, stream, esp.replaceAll("#", ""), cut(category)].join("#");
  return { pk: accountPartition(accountId), sk };
}

/** The group that a counter's sort key names. */
export function groupOf(sk: string): CounterGroup {
  const [day = "", domainId = "", stream = "", esp = "", ...category] = sk.split("#");
  return {
    day,
    domainId: domainId === "" ? undefined : Number(domainId),
    stream: stream as Stream,
    esp,
    category: category.join("#"),
  };
}

/** Cut between characters: very long categories that begin alike are counted as one. */
function cut(category: string): string {
  const bytes = Buffer.from(category);
  if (bytes.length <= categoryBytes) return category;
  return new TextDecoder().decode(bytes.subarray(0, categoryBytes), { stream: true });
}
