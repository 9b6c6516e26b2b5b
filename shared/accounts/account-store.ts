import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { lookupCache } from "../platform/lookup-cache.ts";
import { refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { type Account, type AccountLimits, type AccountStatus, accountSchema } from "./account.ts";
import { idStore } from "./id-store.ts";
import { accountKey, tokenKey } from "./keys.ts";
import {
  hashOfSecret,
  isExpired,
  looksLikeSecret,
  newSecret,
  type Token,
  type TokenResource,
  tokenSchema,
} from "./token.ts";

/** A revoked token, a ban or a changed limit is known in every process within this time. */
const foundMs = 30_000;
/** A wrong token costs one read within this time, and a new one is hidden for no longer. */
const missingMs = 2_000;
const cachedEntries = 1_000;

export type AccountStore = ReturnType<typeof accountStore>;

/** Accounts and their tokens, in the accounts table. */
export function accountStore({
  client,
  table,
  clock,
}: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}) {
  const ids = idStore({ client, table });
  const usual = { clock, foundMs, missingMs, max: cachedEntries };
  const accounts = lookupCache<Account>({ ...usual, find: (id) => readAccount(client, table, Number(id)) });
  // By hash, so that secrets do not lie about in memory.
  const tokens = lookupCache<Token>({ ...usual, find: (hash) => readToken(client, table, hash) });

  async function change(accountId: number, changes: [path: string, value: unknown][]): Promise<void> {
    await changeAccount(client, table, { accountId, changes });
    accounts.forget(String(accountId));
  }

  return {
    /** The account and token behind a secret; undefined if there is none or it has expired. */
    async findByToken(secret: string): Promise<{ account: Account; token: Token } | undefined> {
      if (!looksLikeSecret(secret)) return undefined;
      const token = await tokens.get(hashOfSecret(secret));
      if (token === undefined || isExpired(token, clock.now())) return undefined;
      const account = await accounts.get(String(token.accountId));
      return account && { account, token };
    },

    /** As it was within the last 30 s. */
    get: (accountId: number): Promise<Account | undefined> => accounts.get(String(accountId)),

    nextId: () => ids.next(),

    /**
     * Stores a new account under an id from `nextId`.
     *
     * @param alongside writes of other stores that must happen with it or not at all
     */
    async create(account: Account, alongside: readonly TransactionWrite[] = []): Promise<void> {
      const put = { TableName: table, Item: { ...accountKey(account.id), ...accountSchema.parse(account) } };
      await client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, ...alongside] }));
    },

    /** Makes a token; its secret is told here and never again. */
    async createToken(
      accountId: number,
      wanted: { name: string; resources: TokenResource[]; expiresAt: number | null },
    ): Promise<{ token: Token; secret: string }> {
      const secret = newSecret();
      const token: Token = { id: await ids.next(), accountId, last4Digits: secret.slice(-4), ...wanted };
      await client.send(
        new PutCommand({
          TableName: table,
          Item: { ...tokenKey(accountId, token.id), tokenHash: hashOfSecret(secret), ...token },
        }),
      );
      return { token, secret };
    },

    setStatus: (accountId: number, status: AccountStatus) => change(accountId, [["status", status]]),

    /** The plan's name; what the plan allows is kept by the quota. */
    setPlanName: (accountId: number, planName: string) => change(accountId, [["planName", planName]]),

    /** Changes the limits that are given. */
    setLimits: (accountId: number, limits: Partial<AccountLimits>) =>
      change(
        accountId,
        Object.entries(limits).map(([name, value]) => [`limits.${name}`, value]),
      ),
  };
}

async function readAccount(
  client: DynamoDBDocumentClient,
  table: string,
  accountId: number,
): Promise<Account | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: accountKey(accountId), ConsistentRead: true }),
  );
  return Item && accountSchema.parse(Item);
}

async function readToken(
  client: DynamoDBDocumentClient,
  table: string,
  hash: string,
): Promise<Token | undefined> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: "byTokenHash",
      KeyConditionExpression: "tokenHash = :hash",
      ExpressionAttributeValues: { ":hash": hash },
    }),
  );
  return Items[0] && tokenSchema.parse(Items[0]);
}

/**
 * Sets attributes by their paths, dots between names.
 *
 * @throws PosternError `not_found` if there is no such account
 */
async function changeAccount(
  client: DynamoDBDocumentClient,
  table: string,
  { accountId, changes }: { accountId: number; changes: [path: string, value: unknown][] },
): Promise<void> {
  if (changes.length === 0) return;
  const names = new Set(changes.flatMap(([path]) => path.split(".")));
  const settings = changes.map(([path], place) => `#${path.replaceAll(".", ".#")} = :v${place}`);
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: accountKey(accountId),
        UpdateExpression: `SET ${settings.join(", ")}`,
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          changes.map(([, value], place) => [`:v${place}`, value]),
        ),
      }),
    );
  } catch (error) {
    throw refusedWrite(error) ? new PosternError("not_found", { cause: error }) : error;
  }
}
