import { setTimeout as wait } from "node:timers/promises";
import { type DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import pLimit from "p-limit";
import { accountPartition } from "../platform/account-partition.ts";
import { batchGet } from "../platform/batch-get.ts";
import type { Clock } from "../platform/clock.ts";
import { isBusy, refusedTransaction, type TransactionWrite } from "../platform/refused-writes.ts";
import { type AddressRecord, isForgettable, unknownAddress } from "./address-record.ts";

export interface SuppressionTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock: Clock;
}

/** What becomes of one address: decided from what is known of it, and again if that changed meanwhile. */
export interface AddressChange<Result> {
  readonly accountId: number;
  /** In lower case. */
  readonly email: string;
  decide(record: AddressRecord): { result: Result; record?: AddressRecord; rows?: TransactionWrite[] };
}

interface Known {
  readonly record: AddressRecord;
  /** 0 where there is no item yet. */
  readonly version: number;
}

// TransactWriteItems takes no more.
const writesPerTransaction = 100;
const transactionsAtOnce = 8;
const attempts = 10;
const firstPauseMs = 10;
// RFC 5321 §4.5.3.1: 64, an "@" and 255. DynamoDB refuses to look for what is much longer.
const longestEmail = 320;
// Longer than any event can be late: logs, and with them events, live for 30 days.
const reactivationSeconds = 40 * 24 * 3600;

/** Addresses of one account. */
export interface Addresses {
  readonly accountId: number;
  readonly emails: Iterable<string>;
}

/** What is known of addresses of an account, by address; those of which nothing is known are missing. */
export async function readAddresses(
  table: Pick<SuppressionTable, "client" | "table">,
  accountId: number,
  emails: Iterable<string>,
): Promise<Map<string, AddressRecord>> {
  const [found = new Map()] = await readManyAddresses(table, [{ accountId, emails }]);
  return found;
}

/** What is known of addresses of several accounts, in the order in which they are asked for. */
export async function readManyAddresses(
  table: Pick<SuppressionTable, "client" | "table">,
  asked: readonly Addresses[],
): Promise<Map<string, AddressRecord>[]> {
  const named = asked.map(({ accountId, emails }) => {
    const possible = [...new Set(emails)].filter(({ length }) => length <= longestEmail);
    return possible.map((email) => ({ email, key: addressKey(accountId, email) }));
  });
  const keys = new Map(named.flat().map(({ key }) => [`${key.pk}/${key.sk}`, key]));
  const items = await batchGet(table, {
    keys: [...keys.values()],
    attributes: ["pk", "sk", "suppressions", "optOuts"],
  });
  const records = new Map(items.map((item) => [`${item["pk"]}/${item["sk"]}`, recordOf(item)]));
  return named.map((some) => {
    const found = some.map(({ email, key }) => [email, records.get(`${key.pk}/${key.sk}`)] as const);
    return new Map(found.flatMap(([email, record]) => (record ? [[email, record]] : [])));
  });
}

/**
 * Changes what is known of addresses, each together with its rows of the lists or not at all. The changes of
 * one call must be of different addresses; an address may have at most 99 rows.
 *
 * @returns the decisions' results in the order of the changes
 */
export async function changeAddresses<Result>(
  table: SuppressionTable,
  changes: readonly AddressChange<Result>[],
): Promise<Result[]> {
  const results = new Map<AddressChange<Result>, Result>();
  let open = [...changes];
  for (let attempt = 0; open.length > 0; attempt += 1) {
    if (attempt === attempts) throw new Error(`${open.length} addresses could not be changed`);
    if (attempt > 0) await wait(Math.random() * firstPauseMs * 2 ** attempt);
    open = await attemptAll(table, open, results);
  }
  return changes.map((change) => results.get(change) as Result);
}

/** @returns the changes that met others, to be decided again */
async function attemptAll<Result>(
  table: SuppressionTable,
  changes: readonly AddressChange<Result>[],
  results: Map<AddressChange<Result>, Result>,
): Promise<AddressChange<Result>[]> {
  const known = await readKnown(table, changes);
  const decided = changes.map((change) => {
    const before = known.get(nameOf(change)) ?? { record: unknownAddress, version: 0 };
    const { result, record, rows = [] } = change.decide(before.record);
    results.set(change, result);
    const writes = record === undefined ? [] : [putOf(table, change, record, before.version), ...rows];
    return { change, writes };
  });
  const limit = pLimit(transactionsAtOnce);
  const packs = packed(decided.filter(({ writes }) => writes.length > 0));
  const refused = await Promise.all(
    packs.map((pack) =>
      limit(async () =>
        (await write(
          table,
          pack.flatMap(({ writes }) => writes),
        ))
          ? []
          : pack,
      ),
    ),
  );
  return refused.flat().map(({ change }) => change);
}

async function readKnown(
  table: SuppressionTable,
  changes: readonly AddressChange<unknown>[],
): Promise<Map<string, Known>> {
  const keys = changes.map(({ accountId, email }) => addressKey(accountId, email));
  const items = await batchGet(table, { keys });
  return new Map(
    items.map((item) => [
      `${item["pk"]}/${item["sk"]}`,
      { record: recordOf(item), version: Number(item["version"]) },
    ]),
  );
}

/** @returns false where another write came first, or too many did */
async function write({ client }: SuppressionTable, writes: TransactionWrite[]): Promise<boolean> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems: writes }));
    return true;
  } catch (error) {
    if (refusedTransaction(error) || isBusy(error)) return false;
    throw error;
  }
}

function packed<Change extends { readonly writes: readonly unknown[] }>(changes: readonly Change[]) {
  const packs: Change[][] = [];
  let room = 0;
  for (const change of changes) {
    const last = packs.at(-1);
    if (last === undefined || room < change.writes.length) {
      packs.push([change]);
      room = writesPerTransaction;
    } else last.push(change);
    room -= change.writes.length;
  }
  return packs;
}

function putOf(
  { table, clock }: SuppressionTable,
  { accountId, email }: { accountId: number; email: string },
  record: AddressRecord,
  version: number,
): TransactionWrite {
  const expiry = isForgettable(record) && {
    expiresAt: Math.floor(clock.now() / 1000) + reactivationSeconds,
  };
  return {
    Put: {
      TableName: table,
      Item: { ...addressKey(accountId, email), ...record, ...expiry, version: version + 1 },
      ...(version === 0
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : {
            ConditionExpression: "#version = :version",
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":version": version },
          }),
    },
  };
}

const addressPrefix = "ADDRESS#";

function addressKey(accountId: number, email: string): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: `${addressPrefix}${email}` };
}

function nameOf({ accountId, email }: { accountId: number; email: string }): string {
  const { pk, sk } = addressKey(accountId, email);
  return `${pk}/${sk}`;
}

/** Only this file writes such items, hence the cast. */
function recordOf(item: Record<string, unknown>): AddressRecord {
  const { suppressions = [], optOuts = [], reactivated = {} } = item as Partial<AddressRecord>;
  return { suppressions, optOuts, reactivated };
}
