import { setTimeout as delay } from "node:timers/promises";
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { LRUCache } from "lru-cache";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { isWriteConflict } from "../platform/refused-writes.ts";
import { type Quota, quotaSchema, sharedQuotaSchema } from "./quota.ts";

/** Where quotas are, for the stores of this room. */
export interface QuotaTable {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  /** Of accounts that use another's quota, whose, as far as this process knows; it never changes. */
  holders: LRUCache<number, number>;
}

// A cache takes its whole room at once, and with it time of a cold start.
const rememberedHolders = 1_000;

export function quotaTable(places: Omit<QuotaTable, "holders">): QuotaTable {
  return { ...places, holders: new LRUCache({ max: rememberedHolders }) };
}

/** The account whose quota an account uses, as far as this process knows: most use their own. */
export function holderOf({ holders }: Pick<QuotaTable, "holders">, accountId: number): number {
  return holders.get(accountId) ?? accountId;
}

/** Remembers whose quota an account uses, if that is what its item says; whether it does. */
export function isElsewhere({ holders }: QuotaTable, accountId: number, item: object): boolean {
  const shared = sharedQuotaSchema.safeParse(item);
  if (shared.success) holders.set(accountId, shared.data.sharedWith);
  return shared.success;
}

// With up to 20 ms between tries, longer than any number of senders needs to see one roll-over through.
const mostTries = 20;
const longestPauseMs = 20;

export function quotaKey(accountId: number): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: "QUOTA" };
}

/** What the keys of those begin with who use a quota besides its own account. */
export const sharerPrefix = "SHARER#";

export function sharerKey(holder: number, accountId: number): { pk: string; sk: string } {
  return { pk: accountPartition(holder), sk: `${sharerPrefix}${accountId}` };
}

/** What the keys of closed periods begin with. */
export const periodPrefix = "PERIOD#";

export function periodKey(accountId: number, periodStart: number): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: `${periodPrefix}${new Date(periodStart).toISOString()}` };
}

/** The quota that an account uses, its own or another's. */
export async function readQuota(quotas: QuotaTable, accountId: number): Promise<Quota | undefined> {
  const { client, table } = quotas;
  const holder = holderOf(quotas, accountId);
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: quotaKey(holder), ConsistentRead: true }),
  );
  if (Item && holder === accountId && isElsewhere(quotas, accountId, Item))
    return readQuota(quotas, accountId);
  return Item && quotaSchema.parse(Item);
}

/** The condition that plan and limits are still as they were seen. */
export function sameTerms({ terms }: Quota): { condition: string; values: Record<string, unknown> } {
  const condition =
    terms === 0 ? "(attribute_not_exists(terms) OR terms = :seenTerms)" : "terms = :seenTerms";
  return { condition, values: { ":seenTerms": terms } };
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
