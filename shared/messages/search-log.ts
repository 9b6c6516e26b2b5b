import type { Clock } from "../platform/clock.ts";
import type { LogBlockClient } from "./log-block-client.ts";
import { evaluateBlock, lastOfAll, type MatchedBlock, pageOfBlocks } from "./log-block-scan.ts";
import { firstIdAt, type LogEntry } from "./log-entry.ts";
import { type Condition, type LogQuery, ofDomains } from "./log-filters.ts";
import type { IdRange, LogIndexStore } from "./log-index-store.ts";
import { dayMs, dayOfMessage } from "./log-keys.ts";

export interface SearchLogDeps {
  readonly index: LogIndexStore;
  readonly blocks: LogBlockClient;
  readonly clock: Clock;
}

export interface LogSearch extends LogQuery {
  readonly accountId: number;
  /** The domains that the asker may see; undefined for all of the account. */
  readonly domainIds?: readonly number[] | undefined;
  /** Days for which the account's log is kept: today is not one of them. */
  readonly retentionDays: number;
  /** Message id after which (that is, before which in time) the page begins. */
  readonly after?: string | undefined;
  readonly pageSize: number;
}

/** A page of what was found, latest first, and how many messages there are on all pages. */
export interface LogPage {
  readonly messageIds: readonly string[];
  readonly total: number;
  /** What `after` is to be for the next page; null where this is the last. */
  readonly next: string | null;
}

/** First millisecond of the log that an account can read: whole UTC days. */
export function retainedFrom(now: number, retentionDays: number): number {
  return Math.floor(now / dayMs) * dayMs - retentionDays * dayMs;
}

/** The message ids that a search is about: both inclusive. */
export function rangeOf(
  search: Pick<LogSearch, "sentAfter" | "sentBefore" | "retentionDays">,
  now: number,
): IdRange {
  const from = Math.max(retainedFrom(now, search.retentionDays), search.sentAfter ?? 0);
  const before = Math.min(search.sentBefore ?? Number.POSITIVE_INFINITY, now + dayMs) + 1;
  return { first: firstIdAt(from), last: firstIdAt(Math.max(0, before)) };
}

/**
 * Finds messages in the log: in the blocks where they are packed, in what has changed of these since, and in
 * the rows of those that are not packed. All matches are counted; of the page only ids are told.
 */
export async function searchLog(deps: SearchLogDeps, search: LogSearch): Promise<LogPage> {
  const range = rangeOf(search, deps.clock.now());
  if (range.first > range.last) return { messageIds: [], total: 0, next: null };
  const conditions = search.domainIds
    ? [...search.conditions, ofDomains(search.domainIds)]
    : search.conditions;
  const view = await viewOf(deps, search.accountId, range);
  const loose = [...view.loose.values()].filter((entry) => isMatch(conditions, entry));
  const looseIds = [...view.loose.keys()];
  const matched = await Promise.all(
    view.blocks.map((block) => evaluateBlock(deps.blocks, block, { conditions, range, looseIds })),
  );
  const total = matched.reduce((sum, { count }) => sum + count, loose.length);
  const messageIds = await newestOf(deps, loose, matched, search);
  const page = messageIds.slice(0, search.pageSize);
  return { messageIds: page, total, next: messageIds.length > page.length ? (page.at(-1) ?? null) : null };
}

/** Up to one more than a page, so that it is known whether there is another. */
async function newestOf(
  { blocks }: SearchLogDeps,
  loose: readonly LogEntry[],
  matched: readonly MatchedBlock[],
  { after = lastOfAll, pageSize }: LogSearch,
): Promise<string[]> {
  const wanted = pageSize + 1;
  const packed = await pageOfBlocks(blocks, matched.toReversed(), { after, wanted });
  const ids = loose.map(({ messageId }) => messageId).filter((id) => id < after);
  return [...ids, ...packed].sort((a, b) => (a < b ? 1 : -1)).slice(0, wanted);
}

/**
 * The log at one moment. The order of reading matters: what was recorded before the deltas were read is in
 * them or in blocks that are known from then on; and what is not packed by the state that was read first is
 * read from its row, whether a block has it by now or not.
 */
async function viewOf({ index }: SearchLogDeps, accountId: number, range: IdRange) {
  const { packedThrough } = await index.packingState(accountId);
  const loose = new Map<string, LogEntry>();
  const days = [dayOfMessage(range.first), dayOfMessage(range.last)] as const;
  const isInRange = (id: string) => id >= range.first && id <= range.last;
  const changes = packedThrough < range.first ? [] : await index.deltas(accountId, ...days);
  for (const { entry } of changes) {
    if (isInRange(entry.messageId) && entry.messageId <= packedThrough) loose.set(entry.messageId, entry);
  }
  const byDay = packedThrough < range.first ? new Map() : await index.blocks(accountId, ...days);
  const blocks = [...byDay.values()]
    .flatMap((day) => day.blocks)
    .filter(({ first, last }) => first <= range.last && last >= range.first);
  // The id itself is packed; `-` follows none of its characters, and so this is the next key there can be.
  const unpacked = packedThrough < range.first ? range.first : `${packedThrough}-`;
  for await (const entries of index.entries(accountId, { first: unpacked, last: range.last })) {
    for (const entry of entries) loose.set(entry.messageId, entry);
  }
  return { loose, blocks };
}

function isMatch(conditions: readonly Condition[], entry: LogEntry): boolean {
  return conditions.every(({ column, accepts }) => accepts(entry[column]));
}
