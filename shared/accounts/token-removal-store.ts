import { GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { PosternError } from "../platform/errors.ts";
import { isBusy, refusedTransaction } from "../platform/refused-writes.ts";
import { tokenGuardKey, tokenKey } from "./keys.ts";
import type { Token } from "./token.ts";
import { readAllStored, type StoredToken, type TokenId, type TokenTable } from "./token-table-store.ts";

const mostTries = 8;

/** Throws if the account cannot do without a token; `others` are all that would remain. */
export type RemovalCheck = (token: Token, others: readonly Token[]) => void;

/**
 * Deletes a token, unless the check forbids it. Each deletion counts up the account's guard, so that of two
 * at the same time the second one checks what the first has left.
 *
 * @throws PosternError `not_found`, and what the check throws
 */
export async function removeToken(
  at: TokenTable,
  { accountId, tokenId }: TokenId,
  check: RemovalCheck,
): Promise<StoredToken> {
  for (let tries = 0; tries < mostTries; tries++) {
    const guard = await readGuard(at, accountId);
    const all = await readAllStored(at, accountId);
    const stored = all.find(({ token }) => token.id === tokenId);
    if (stored === undefined) throw new PosternError("not_found");
    const others = all.filter((other) => other !== stored).map(({ token }) => token);
    check(stored.token, others);
    if (await isDeleted(at, stored.token, guard)) return stored;
  }
  throw new Error("others delete this account's tokens all the time");
}

async function readGuard({ client, table }: TokenTable, accountId: number): Promise<number> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: tokenGuardKey(accountId), ConsistentRead: true }),
  );
  return Number(Item?.["deletions"] ?? 0);
}

/** False, and nothing is deleted, if another token was since the guard was read. */
async function isDeleted(
  { client, table }: TokenTable,
  { accountId, id }: Token,
  guard: number,
): Promise<boolean> {
  const counted = {
    TableName: table,
    Key: tokenGuardKey(accountId),
    UpdateExpression: "SET deletions = :next",
    ConditionExpression: "attribute_not_exists(deletions) OR deletions = :guard",
    ExpressionAttributeValues: { ":next": guard + 1, ":guard": guard },
  };
  const deleted = {
    TableName: table,
    Key: tokenKey(accountId, id),
    ConditionExpression: "attribute_exists(pk)",
  };
  try {
    const TransactItems = [{ Update: counted }, { Delete: deleted }];
    await client.send(new TransactWriteCommand({ TransactItems }));
    return true;
  } catch (error) {
    if (refusedTransaction(error) || isBusy(error)) return false;
    throw error;
  }
}
