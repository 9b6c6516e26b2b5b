import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { entryAttributes, entryOf, type LogEntry } from "./log-entry.ts";
import {
  type DayBlocks,
  type Delta,
  dayBlocksKey,
  noPacking,
  type PackingState,
  packingStateKey,
} from "./log-keys.ts";
import type { MessageRow } from "./message.ts";
import { rowOf } from "./row-store.ts";

export interface LogTable {
  readonly client: DynamoDBDocumentClient;
  /** The messages table. */
  readonly table: string;
}

/** Message ids, both inclusive. */
export interface IdRange {
  readonly first: string;
  readonly last: string;
}

export type LogIndexStore = ReturnType<typeof logIndexStore>;

/** An account's log as the messages table has it: rows, and what is known of those that are packed. */
export function logIndexStore(table: LogTable) {
  return {
    packingState: (accountId: number) => packingState(table, accountId),

    /** The blocks of the days from `first` to `last`, by day. */
    blocks: (accountId: number, first: string, last: string) => blocks(table, accountId, first, last),

    /** What has become of packed messages since, of days from `first` to `last`. */
    deltas: (accountId: number, first: string, last: string) => deltas(table, accountId, first, last),

    /** Messages that are in the log, in the order of their ids, a page of the table at a time. */
    entries: (accountId: number, range: IdRange) => entries(table, accountId, range),

    /** About how many messages are in the log; of more than `most`, not how many more. */
    count: (accountId: number, range: IdRange, most: number) => count(table, accountId, range, most),

    /** The latest rows in the log, latest first. */
    latestRows: (accountId: number, range: IdRange, count: number) =>
      latestRows(table, accountId, range, count),
  };
}

async function packingState({ client, table }: LogTable, accountId: number): Promise<PackingState> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: packingStateKey(accountId), ConsistentRead: true }),
  );
  return Item === undefined ? noPacking : (Item as unknown as PackingState);
}

async function blocks(
  deps: LogTable,
  accountId: number,
  first: string,
  last: string,
): Promise<Map<string, DayBlocks>> {
  const byDay = new Map<string, DayBlocks>();
  const { pk, sk } = dayBlocksKey(accountId, first);
  for await (const items of pages(deps, between(pk, sk, dayBlocksKey(accountId, last).sk))) {
    for (const item of items) {
      byDay.set(String(item["sk"]).slice(-"2026-11-23".length), item as unknown as DayBlocks);
    }
  }
  return byDay;
}

async function deltas(deps: LogTable, accountId: number, first: string, last: string): Promise<Delta[]> {
  const found: Delta[] = [];
  const range = between(accountPartition(accountId), `DELTA#${first}`, `DELTA#${last}#~`);
  for await (const items of pages(deps, range)) found.push(...(items as unknown as Delta[]));
  return found;
}

async function* entries(deps: LogTable, accountId: number, range: IdRange): AsyncGenerator<LogEntry[]> {
  if (range.first > range.last) return;
  const names = entryAttributes.map((name) => [`#${name}`, name] as const);
  const query = inLog(between(accountPartition(accountId), range.first, range.last));
  const projected = {
    ...query,
    ProjectionExpression: names.map(([placeholder]) => placeholder).join(", "),
    ExpressionAttributeNames: { ...query.ExpressionAttributeNames, ...Object.fromEntries(names) },
  };
  for await (const items of pages(deps, projected)) yield items.map((item) => entryOf(rowOf(item)));
}

async function count(
  { client, table }: LogTable,
  accountId: number,
  range: IdRange,
  most: number,
): Promise<number> {
  const query = inLog(between(accountPartition(accountId), range.first, range.last));
  // Half the price of reading consistently, and exact enough.
  const counting = { ...query, ConsistentRead: false, Select: "COUNT", Limit: most } as const;
  let found = 0;
  let start: Record<string, unknown> | undefined;
  do {
    const { Count = 0, LastEvaluatedKey }: QueryCommandOutput = await client.send(
      new QueryCommand({ TableName: table, ...counting, ExclusiveStartKey: start }),
    );
    found += Count;
    start = LastEvaluatedKey;
  } while (start !== undefined && found < most);
  return found;
}

async function latestRows(
  deps: LogTable,
  accountId: number,
  range: IdRange,
  count: number,
): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  if (range.first > range.last) return rows;
  const query = inLog(between(accountPartition(accountId), range.first, range.last));
  for await (const items of pages(deps, { ...query, ScanIndexForward: false, Limit: 2 * count })) {
    rows.push(...items.map(rowOf));
    if (rows.length >= count) break;
  }
  return rows.slice(0, count);
}

type Query = Omit<QueryCommandInput, "TableName">;

function between(pk: string, first: string, last: string): Query {
  return {
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
    ExpressionAttributeValues: { ":pk": pk, ":first": first, ":last": last },
    ConsistentRead: true,
  };
}

/** Messages without a `sending` event are not in the log, and not counted either. */
function inLog(query: Query): Query {
  return {
    ...query,
    FilterExpression: "logged = :true",
    ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ":true": true },
  };
}

/** Page by page, the next one asked for while this one is being looked at. */
async function* pages({ client, table }: LogTable, query: Query): AsyncGenerator<Record<string, unknown>[]> {
  const ask = (start?: Record<string, unknown>): Promise<QueryCommandOutput> =>
    client.send(new QueryCommand({ TableName: table, ...query, ExclusiveStartKey: start }));
  let next: Promise<QueryCommandOutput> | undefined = ask();
  while (next !== undefined) {
    const { Items, LastEvaluatedKey }: QueryCommandOutput = await next;
    const asksAhead = query.Limit === undefined;
    next = LastEvaluatedKey && asksAhead ? ask(LastEvaluatedKey) : undefined;
    // Who stops here does not hear of a failure any more.
    next?.catch(() => undefined);
    yield Items ?? [];
    if (LastEvaluatedKey && !asksAhead) next = ask(LastEvaluatedKey);
  }
}
