import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { isBusy, refusedTransaction, type TransactionWrite } from "../platform/refused-writes.ts";
import { type Access, accessSchema } from "./access.ts";
import { accessGuardKey, accessKey, accessPrefix } from "./keys.ts";

export interface AccessTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock: Clock;
}

const mostTries = 16;

/** All who have access to an account, the owner first. */
export async function readAccesses({ client, table }: AccessTable, accountId: number): Promise<Access[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":prefix": accessPrefix },
      ConsistentRead: true,
    },
  );
  const found: Access[] = [];
  for await (const { Items = [] } of pages) found.push(...Items.map((item) => accessSchema.parse(item)));
  return found.toSorted((one, other) => one.id - other.id);
}

export async function readAccess(
  { client, table }: AccessTable,
  accountId: number,
  accessId: number,
): Promise<Access | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: accessKey(accountId, accessId), ConsistentRead: true }),
  );
  return Item && accessSchema.parse(Item);
}

/**
 * Changes an access as it is at that moment.
 *
 * @param alongside writes that happen with the change or not at all
 * @throws PosternError `not_found`, and whatever `changed` throws
 */
export async function changeAccess(
  at: AccessTable,
  { accountId, accessId }: { accountId: number; accessId: number },
  changed: (access: Access) => Promise<Access>,
  alongside: (changed: Access) => readonly TransactionWrite[] = () => [],
): Promise<Access> {
  for (let tries = 0; tries < mostTries; tries++) {
    const access = await readAccess(at, accountId, accessId);
    if (access === undefined) throw new PosternError("not_found");
    const next = { ...(await changed(access)), version: access.version + 1 };
    if (await areWritten(at, [putOf(at, next), ...alongside(next)])) return next;
  }
  throw new Error("others change this access all the time");
}

/**
 * Gives somebody access, by what all the others are at that moment: an account's are given one after the other, so
 * that two at once are neither the same person's nor more than there may be.
 *
 * @param decided the access; with the version after that of one that is there, it takes its place
 * @throws whatever `decided` throws
 */
export async function giveAccess(
  at: AccessTable,
  accountId: number,
  decided: (all: readonly Access[]) => Promise<Access>,
): Promise<Access> {
  for (let tries = 0; tries < mostTries; tries++) {
    const count = await readCount(at, accountId);
    const access = await decided(await readAccesses(at, accountId));
    if (await areWritten(at, [putOf(at, access), countOf(at, accountId, count)])) return access;
  }
  throw new Error("others get access to this account all the time");
}

async function readCount({ client, table }: AccessTable, accountId: number): Promise<number> {
  const Key = accessGuardKey(accountId);
  const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  return Number(Item?.["given"] ?? 0);
}

/** One more has been given access since it was read how many were. */
function countOf({ table }: AccessTable, accountId: number, before: number): TransactionWrite {
  return {
    Put: {
      TableName: table,
      Item: { ...accessGuardKey(accountId), given: before + 1 },
      ConditionExpression: before === 0 ? "attribute_not_exists(pk)" : "given = :before",
      ...(before > 0 && { ExpressionAttributeValues: { ":before": before } }),
    },
  };
}

/** In the place of the version before it; the first, where there is nothing. */
function putOf({ table }: AccessTable, access: Access): TransactionWrite {
  const place = { TableName: table, Item: { ...accessKey(access.accountId, access.id), ...access } };
  if (access.version === 0) return { Put: { ...place, ConditionExpression: "attribute_not_exists(pk)" } };
  return {
    Put: {
      ...place,
      ConditionExpression: "#version = :before",
      ExpressionAttributeNames: { "#version": "version" },
      ExpressionAttributeValues: { ":before": access.version - 1 },
    },
  };
}

/** All or none; none if others were faster. */
async function areWritten({ client }: AccessTable, TransactItems: TransactionWrite[]): Promise<boolean> {
  try {
    await client.send(new TransactWriteCommand({ TransactItems }));
    return true;
  } catch (error) {
    if (isBusy(error) || refusedTransaction(error)) return false;
    throw error;
  }
}
