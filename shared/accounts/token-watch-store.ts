import { DeleteCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { isWritten } from "../platform/refused-writes.ts";
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
      const done = await isChanged(at, id, { checkAt: now + claimMs }, { checkAt });
      return done ? stored.token : undefined;
    },

    /** Notes what a token's owner was told, and when to look again; of one that was reset meanwhile, that is known. */
    async noteTold(token: Token): Promise<void> {
      const { told, nextAt } = outlookOf(token, clock.now());
      const { accountId, id: tokenId, resetAt } = token;
      if (nextAt !== undefined)
        await isChanged(at, { accountId, tokenId }, { told, checkAt: nextAt }, { resetAt });
    },

    async forget({ accountId, id }: Token): Promise<void> {
      await client.send(new DeleteCommand({ TableName: table, Key: tokenKey(accountId, id) }));
    },
  };
}

/**
 * @param asRead attributes as they were read; undefined for one that was not there
 * @returns false if there is no such token, or it is not as it was read
 */
async function isChanged(
  { client, table }: TokenTable,
  { accountId, tokenId }: TokenId,
  { told, checkAt }: { told?: readonly string[]; checkAt: number },
  asRead: { readonly checkAt: number } | { readonly resetAt: number | undefined },
): Promise<boolean> {
  const conditions = Object.entries(asRead).map(([name, value]) =>
    value === undefined ? `attribute_not_exists(${name})` : `${name} = :is`,
  );
  const [is] = Object.values(asRead).filter((value) => value !== undefined);
  const command = new UpdateCommand({
    TableName: table,
    Key: tokenKey(accountId, tokenId),
    UpdateExpression: `SET checkAt = :next${told ? ", told = :told" : ""}`,
    ConditionExpression: ["attribute_exists(pk)", ...conditions].join(" AND "),
    ExpressionAttributeValues: {
      ":next": checkAt,
      ...(told && { ":told": told }),
      ...(is !== undefined && { ":is": is }),
    },
  });
  return isWritten(client.send(command));
}
