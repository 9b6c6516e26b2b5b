import { DeleteCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { refusedWrite } from "../platform/refused-writes.ts";
import { tokenKey, tokenPrefix } from "./keys.ts";
import type { Token } from "./token.ts";
import { outlookOf } from "./token-notices.ts";
import { readStored, type TokenId, type TokenTable, tokenCheckState } from "./token-table-store.ts";

/** Whoever looks at a token has it for himself for so long. */
const claimMs = 10 * 60_000;

export type TokenWatchStore = ReturnType<typeof tokenWatchStore>;

/** Tokens whose owner is to be told something, or that are to be forgotten, found by time. */
export function tokenWatchStore(at: TokenTable) {
  const { client, table, clock } = at;
  return {
    /** Tokens that are due, the longest due first. */
    async due(limit: number): Promise<TokenId[]> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: "byCheckTime",
          KeyConditionExpression: "checkState = :state AND checkAt <= :now",
          ExpressionAttributeValues: { ":state": tokenCheckState, ":now": clock.now() },
          Limit: limit,
        }),
      );
      return Items.map(({ pk, sk }) => ({
        accountId: Number(String(pk).split("#")[1]),
        tokenId: Number(String(sk).slice(tokenPrefix.length)),
      }));
    },

    /** Takes a due token for some minutes; undefined if somebody else has it, or it is due no more. */
    async claim(id: TokenId): Promise<Token | undefined> {
      const stored = await readStored(at, id);
      const checkAt = Number(stored?.item["checkAt"]);
      const now = clock.now();
      if (stored === undefined || !(checkAt <= now)) return undefined;
      const done = await isChanged(at, id, { checkAt: now + claimMs }, checkAt);
      return done ? stored.token : undefined;
    },

    /** Notes what a token's owner was told, and when to look again. */
    async noteTold(token: Token): Promise<void> {
      const { told, nextAt } = outlookOf(token, clock.now());
      const id = { accountId: token.accountId, tokenId: token.id };
      if (nextAt !== undefined) await isChanged(at, id, { told, checkAt: nextAt });
    },

    async forget({ accountId, id }: Token): Promise<void> {
      await client.send(new DeleteCommand({ TableName: table, Key: tokenKey(accountId, id) }));
    },
  };
}

/** False if there is no such token, or it is to be looked at at another time than the given one. */
async function isChanged(
  { client, table }: TokenTable,
  { accountId, tokenId }: TokenId,
  { told, checkAt }: { told?: readonly string[]; checkAt: number },
  ifCheckAt?: number,
): Promise<boolean> {
  const command = new UpdateCommand({
    TableName: table,
    Key: tokenKey(accountId, tokenId),
    UpdateExpression: `SET checkAt = :next${told ? ", told = :told" : ""}`,
    ConditionExpression: `attribute_exists(pk)${ifCheckAt === undefined ? "" : " AND checkAt = :is"}`,
    ExpressionAttributeValues: {
      ":next": checkAt,
      ...(told && { ":told": told }),
      ...(ifCheckAt !== undefined && { ":is": ifCheckAt }),
    },
  });
  try {
    await client.send(command);
    return true;
  } catch (error) {
    if (refusedWrite(error)) return false;
    throw error;
  }
}
