import type { Stream } from "../contracts/streams.ts";
import { accountPartition } from "../platform/account-partition.ts";
import type { MessageRow } from "./message.ts";

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
  const sk = [day, domainId, stream, esp.replaceAll("#", ""), countedCategory(category)].join("#");
  return { pk: accountPartition(accountId), sk };
}

/** How many items stand beside each counter for those who find it taken. */
const besides = 8;

/**
 * The sort key of one of the items beside a counter, at random. Whoever meets a rival at a counter counts beside
 * it: what is counted is the sum of all items whose keys name the same group.
 */
export function besideKey(sk: string): string {
  const [day, domainId, stream, ...others] = sk.split("#");
  return [day, domainId, `${stream}~${Math.floor(Math.random() * besides)}`, ...others].join("#");
}

/** The group that a counter's sort key names. */
export function groupOf(sk: string): CounterGroup {
  const [day = "", domainId = "", stream = "", esp = "", ...category] = sk.split("#");
  return {
    day,
    domainId: domainId === "" ? undefined : Number(domainId),
    stream: stream.split("~")[0] as Stream,
    esp,
    category: category.join("#"),
  };
}

/** By how much counters change, by their sort keys; numbers that stay are left out. */
export type CounterChanges = ReadonlyMap<string, Partial<Counts>>;

/** What is to be added where a message's row changes, so that counters say what the rows say. */
export function counterChanges(before: MessageRow, after: MessageRow): CounterChanges {
  return sumOf([share(before, -1), share(after, 1)]);
}

export function sumOf(changes: Iterable<CounterChanges>): CounterChanges {
  const sum = new Map<string, Partial<Record<CountedNumber, number>>>();
  for (const [sk, counts] of [...changes].flatMap((some) => [...some])) {
    const total = sum.get(sk) ?? {};
    for (const name of countedNumbers) total[name] = (total[name] ?? 0) + (counts[name] ?? 0);
    sum.set(sk, total);
  }
  const changed = [...sum].map(([sk, total]) => [sk, withoutZeros(total)] as const);
  return new Map(changed.filter(([, total]) => Object.keys(total).length > 0));
}

function withoutZeros(counts: Partial<Counts>): Partial<Counts> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

/**
 * What one message adds to the counters, times `sign`: it counts as sent on the day on which it was accepted, and
 * once for each thing that happened to it on the day on which that happened first. A message that is not in the
 * log adds nothing.
 */
function share(row: MessageRow, sign: 1 | -1): CounterChanges {
  const { accountId, logged, stream, acceptedAt, events, domainId, esp = "", category = "" } = row;
  if (!logged || stream === undefined || acceptedAt === undefined) return new Map();
  const times: Record<CountedNumber, number | undefined> = {
    sent: acceptedAt,
    delivery: events?.delivery,
    bounce: events?.bounce,
    open: events?.open,
    click: events?.click,
    spam: events?.spam_complaint,
  };
  const counts = countedNumbers.flatMap((name) => {
    const time = times[name];
    if (time === undefined) return [];
    const { sk } = counterKey(accountId, { day: dayOf(time), domainId, stream, esp, category });
    return [new Map([[sk, { [name]: sign }]])];
  });
  return sumOf(counts);
}

/** The name under which a category is counted, cut between characters: very long ones that begin alike are one. */
export function countedCategory(category: string): string {
  const bytes = Buffer.from(category);
  if (bytes.length <= categoryBytes) return category;
  return new TextDecoder().decode(bytes.subarray(0, categoryBytes), { stream: true });
}
