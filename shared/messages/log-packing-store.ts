import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { isWritten, refusedWrite } from "../platform/refused-writes.ts";
import type { LogTable } from "./log-index-store.ts";
import {
  type DayBlocks,
  type Delta,
  dayBlocksKey,
  dayMs,
  deltaKey,
  packingStateKey,
  workListKey,
  workListPartition,
} from "./log-keys.ts";

/** Longer than any plan lets read, so that no day loses its blocks before the day is out of reach. */
const blocksKeptDays = 34;
const deletesAtOnce = 25;
/** Longer than a week: on Mondays somebody asks who has sent in the week before. */
const listedSeconds = 9 * 24 * 3600;

/** About how many rows and deltas of an account are not in blocks. */
export interface WorkListEntry {
  readonly accountId: number;
  readonly rows: number;
  readonly deltas: number;
}

export type LogPackingStore = ReturnType<typeof logPackingStore>;

/** What the packer writes down: how far it is, which blocks there are, whose turn it is. */
export function logPackingStore(table: LogTable) {
  return {
    workList: () => workList(table),

    /** Adds to an account's place in the work list. @param now epoch ms */
    nominate: (entry: WorkListEntry, now: number) => nominate(table, entry, now),

    /** Corrects what the work list says; what was added to it meanwhile stays added. */
    recount: (accountId: number, what: "rows" | "deltas", counts: { was: number; is: number }) =>
      recount(table, accountId, what, counts),

    /** From now on changes of messages up to this one are written as deltas, too. @param at epoch ms */
    announce: (accountId: number, through: string, at: number) =>
      setState(table, accountId, { announced: through, announcedAt: at }),

    /** Messages up to this one are in blocks. */
    setPackedThrough: (accountId: number, packedThrough: string) =>
      setState(table, accountId, { packedThrough }),

    /** @returns false where somebody else has changed the day since it was read */
    saveDay: (accountId: number, day: string, changed: DayBlocks) => saveDay(table, accountId, day, changed),

    /** Deletes deltas that blocks have taken over, unless there is news in them. */
    deleteDeltas: (accountId: number, deltas: readonly Delta[]) => deleteDeltas(table, accountId, deltas),
  };
}

async function workList({ client, table }: LogTable): Promise<WorkListEntry[]> {
  const entries: WorkListEntry[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items, LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :list",
        ExpressionAttributeValues: { ":list": workListPartition },
        ExclusiveStartKey: start,
      }),
    );
    entries.push(...(Items ?? []).map(workListEntryOf));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return entries;
}

function workListEntryOf({ sk, rows = 0, deltas = 0 }: Record<string, unknown>): WorkListEntry {
  return { accountId: Number(String(sk).split("#")[1]), rows: Number(rows), deltas: Number(deltas) };
}

async function nominate(
  { client, table }: LogTable,
  { accountId, rows, deltas }: WorkListEntry,
  now: number,
): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: workListKey(accountId),
      UpdateExpression: "SET expiresAt = :expiresAt ADD #rows :rows, deltas :deltas",
      ExpressionAttributeNames: { "#rows": "rows" },
      ExpressionAttributeValues: {
        // DynamoDB counts in decimals: the sum of fractions is not what it is read as here.
        ":rows": Math.round(rows),
        ":deltas": Math.round(deltas),
        ":expiresAt": Math.floor(now / 1000) + listedSeconds,
      },
    }),
  );
}

async function recount(
  { client, table }: LogTable,
  accountId: number,
  what: string,
  { was, is }: { was: number; is: number },
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: workListKey(accountId),
        UpdateExpression: "ADD #what :change",
        ConditionExpression: "#what >= :was",
        ExpressionAttributeNames: { "#what": what },
        ExpressionAttributeValues: { ":change": is - was, ":was": was },
      }),
    );
  } catch (error) {
    // Another packer counted, or the account is off the list.
    if (!refusedWrite(error)) throw error;
  }
}

async function setState(
  { client, table }: LogTable,
  accountId: number,
  fields: { announced: string; announcedAt: number } | { packedThrough: string },
): Promise<void> {
  const names = Object.keys(fields);
  // The first announcement makes the item, and nothing is packed yet.
  const first = "announced" in fields ? ", packedThrough = if_not_exists(packedThrough, :nothing)" : "";
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: packingStateKey(accountId),
      UpdateExpression: `SET ${names.map((name) => `${name} = :${name}`).join(", ")}${first}`,
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
        ...(first && { ":nothing": "" }),
      },
    }),
  );
}

async function saveDay(
  { client, table }: LogTable,
  accountId: number,
  day: string,
  { blocks, superseded, version }: DayBlocks,
): Promise<boolean> {
  const expiresAt = Math.floor((Date.parse(day) + blocksKeptDays * dayMs) / 1000);
  const command = new PutCommand({
    TableName: table,
    Item: { ...dayBlocksKey(accountId, day), blocks, superseded, version: version + 1, expiresAt },
    ConditionExpression: "attribute_not_exists(pk) OR version = :seen",
    ExpressionAttributeValues: { ":seen": version },
  });
  return isWritten(client.send(command));
}

async function deleteDeltas(deps: LogTable, accountId: number, deltas: readonly Delta[]): Promise<void> {
  for (let start = 0; start < deltas.length; start += deletesAtOnce) {
    await Promise.all(
      deltas.slice(start, start + deletesAtOnce).map((delta) => deleteDelta(deps, accountId, delta)),
    );
  }
}

async function deleteDelta(
  { client, table }: LogTable,
  accountId: number,
  { entry, recorded }: Delta,
): Promise<void> {
  try {
    await client.send(
      new DeleteCommand({
        TableName: table,
        Key: deltaKey(accountId, entry.messageId),
        ConditionExpression: "recorded = :seen",
        ExpressionAttributeValues: { ":seen": recorded },
      }),
    );
  } catch (error) {
    if (!refusedWrite(error)) throw error;
  }
}
