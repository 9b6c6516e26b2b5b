import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { tokenKey, tokenPrefix } from "./keys.ts";
import { type Token, tokenSchema } from "./token.ts";
import { outlookOf } from "./token-notices.ts";

export interface TokenTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock: Clock;
}

/** Whose token, and which. */
export interface TokenId {
  readonly accountId: number;
  readonly tokenId: number;
}

/** A token and, beside it, what its item has besides. */
export interface StoredToken {
  readonly token: Token;
  readonly hash: string;
  readonly item: Readonly<Record<string, unknown>>;
}

/** Tokens that wait for a notice or their end are found under it, by time. */
export const tokenCheckState = "tokens";

/** Where the index has a token that is to be looked at some day. */
export function checkOf(token: Token, now: number): { checkState?: string; checkAt?: number } {
  const { nextAt } = outlookOf(token, now);
  return nextAt === undefined ? {} : { checkState: tokenCheckState, checkAt: nextAt };
}

export async function readStored(
  { client, table }: TokenTable,
  { accountId, tokenId }: TokenId,
): Promise<StoredToken | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: tokenKey(accountId, tokenId), ConsistentRead: true }),
  );
  return Item && storedOf(Item);
}

/** An account's tokens, oldest first. */
export async function readAllStored(
  { client, table }: TokenTable,
  accountId: number,
): Promise<StoredToken[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":prefix": tokenPrefix },
      ConsistentRead: true,
    },
  );
  const found: StoredToken[] = [];
  for await (const { Items = [] } of pages) found.push(...Items.map(storedOf));
  return found.toSorted((one, other) => one.token.id - other.token.id);
}

function storedOf(item: Record<string, unknown>): StoredToken {
  return { item, token: tokenSchema.parse(item), hash: String(item["tokenHash"]) };
}
