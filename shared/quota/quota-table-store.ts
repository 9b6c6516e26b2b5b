import { setTimeout as delay } from "node:timers/promises";
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { isWriteConflict } from "../platform/refused-writes.ts";
import { type Quota, quotaSchema } from "./quota.ts";

/** Where quotas are, for the stores of this room. */
export interface QuotaTable {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}

// With up to 20 ms between tries, longer than any number of senders needs to see one roll-over through.
const mostTries = 20;
const longestPauseMs = 20;

export function quotaKey(accountId: number): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: "QUOTA" };
}

export function periodKey(accountId: number, periodStart: number): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: `PERIOD#${new Date(periodStart).toISOString()}` };
}

export async function readQuota(
  { client, table }: QuotaTable,
  accountId: number,
): Promise<Quota | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: quotaKey(accountId), ConsistentRead: true }),
  );
  return Item && quotaSchema.parse(Item);
}

/**
 * Tries until a try gives a result; `undefined` means that the item had changed meanwhile. A conflict with
 * somebody's transaction on the same item is tried again after a moment.
 */
export async function untilSettled<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let tries = 0; tries < mostTries; tries++) {
    try {
      const result = await attempt();
      if (result !== undefined) return result;
    } catch (error) {
      if (!isWriteConflict(error)) throw error;
      await delay(Math.random() * longestPauseMs);
    }
  }
  throw new PosternError("internal", { cause: new Error(`quota did not settle in ${mostTries} tries`) });
}
