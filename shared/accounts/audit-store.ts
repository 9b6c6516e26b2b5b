import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { refusedTransaction, refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { type AuditActor, type AuditEntry, type AuditNote, auditEntry } from "./audit.ts";
import { auditKey, auditPrefix, unsettledKey, unsettledPrefix } from "./keys.ts";

/** Entries that are not settled are found under it, by time. */
const checkState = "audit";
/** Whoever makes a change is done with it or dead by then: no function that makes any runs for longer than a minute. */
const endsWithinMs = 2 * 60_000;

export interface AuditTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock: Clock;
}

/** Names an entry. */
export interface EntryId {
  readonly accountId: number;
  readonly id: string;
}

export type AuditStore = ReturnType<typeof auditStore>;

/**
 * Accounts' audit logs, in the accounts table. Nothing changes or removes an entry. Beside it lies, until it is
 * settled, an item that says what the log is to have should nobody come back: that a change was begun, or an entry
 * of which webhooks are still to hear.
 */
export function auditStore(at: AuditTable) {
  const { client, table, clock } = at;
  return {
    /** Notes that somebody begins a change, before anything changes. */
    async begin(accountId: number, actor: AuditActor, note: AuditNote): Promise<AuditEntry> {
      const now = clock.now();
      const entry = auditEntry(actor, note, now);
      const Item = unsettledItem(accountId, entry, now + endsWithinMs);
      await client.send(new PutCommand({ TableName: table, Item }));
      return entry;
    },

    /** Writes the entry of a change that was begun under its id. */
    async finish(accountId: number, entry: AuditEntry): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: entryItem(accountId, entry) }));
    },

    note: (accountId: number, entry: AuditEntry) => note(at, accountId, entry),

    /** Writes what somebody has done just now; webhooks hear of it within a minute or two. */
    async add(accountId: number, actor: AuditActor, what: AuditNote): Promise<AuditEntry> {
      const entry = auditEntry(actor, what, clock.now());
      await note(at, accountId, entry);
      return entry;
    },

    /** The writes that note what somebody does, for the transaction that does it. */
    writes: (accountId: number, actor: AuditActor, what: AuditNote): TransactionWrite[] =>
      auditWrites(at, accountId, auditEntry(actor, what, clock.now())),

    /** Nothing is left to be done about an entry: the log has it and webhooks have heard of it, or nothing happened. */
    async settle({ accountId, id }: EntryId): Promise<void> {
      await client.send(new DeleteCommand({ TableName: table, Key: unsettledKey(accountId, id) }));
    },

    unsettled: (limit: number) => unsettled(at, limit),

    sealed: (id: EntryId) => sealed(at, id),

    list: (accountId: number, page: Page) => list(at, accountId, page),
  };
}

/** Writes an entry, once for its id; webhooks hear of it within a minute or two. */
async function note(at: AuditTable, accountId: number, entry: AuditEntry): Promise<void> {
  try {
    await at.client.send(new TransactWriteCommand({ TransactItems: auditWrites(at, accountId, entry) }));
  } catch (error) {
    // It is there already.
    if (refusedTransaction(error) === undefined) throw error;
  }
}

/** The writes that note an entry, for the transaction of the change that it tells of: both or neither. */
export function auditWrites(
  { table }: Pick<AuditTable, "table">,
  accountId: number,
  entry: AuditEntry,
): TransactionWrite[] {
  return [
    {
      Put: {
        TableName: table,
        Item: entryItem(accountId, entry),
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
    { Put: { TableName: table, Item: unsettledItem(accountId, entry, entry.at) } },
  ];
}

/** Entries that should be settled by now, the oldest first. */
async function unsettled({ client, table, clock }: AuditTable, limit: number): Promise<EntryId[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: "byCheckTime",
      KeyConditionExpression: "checkState = :state AND checkAt <= :now",
      ExpressionAttributeValues: { ":state": checkState, ":now": clock.now() },
      Limit: limit,
    }),
  );
  return Items.map(({ pk, sk }) => ({
    accountId: Number(String(pk).slice(accountPartition(0).length - 1)),
    id: String(sk).slice(unsettledPrefix.length),
  }));
}

/**
 * The entry that the log has, written now if nobody has come back to write it.
 *
 * @returns undefined for one that is settled meanwhile
 */
async function sealed({ client, table }: AuditTable, id: EntryId): Promise<AuditEntry | undefined> {
  const Key = unsettledKey(id.accountId, id.id);
  const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  if (Item === undefined) return undefined;
  const entry = Item["entry"] as AuditEntry;
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: entryItem(id.accountId, entry),
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return entry;
  } catch (error) {
    const known = refusedWrite(error)?.item;
    if (known === undefined) throw error;
    return entryOf(known);
  }
}

interface Page {
  /** The id of the last entry that was read; older ones follow. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Entries, the newest first. */
async function list(
  { client, table }: AuditTable,
  accountId: number,
  { before, limit }: Page,
): Promise<AuditEntry[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: {
        ":pk": accountPartition(accountId),
        ":from": auditPrefix,
        // "~" comes after whatever a UUID begins with.
        ":to": `${auditPrefix}${before ?? "~"}`,
      },
      ScanIndexForward: false,
      ConsistentRead: true,
      // One more: the one that was read last is the first of the range.
      Limit: limit + 1,
    }),
  );
  return Items.map(entryOf)
    .filter(({ id }) => id !== before)
    .slice(0, limit);
}

function entryItem(accountId: number, entry: AuditEntry): Record<string, unknown> {
  return { ...auditKey(accountId, entry.id), ...entry };
}

function unsettledItem(accountId: number, entry: AuditEntry, checkAt: number): Record<string, unknown> {
  return { ...unsettledKey(accountId, entry.id), entry, checkState, checkAt };
}

/** Only this store writes such items, hence the cast. */
function entryOf({ pk: _pk, sk: _sk, ...item }: Record<string, unknown>): AuditEntry {
  return item as unknown as AuditEntry;
}
