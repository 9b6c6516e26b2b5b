import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { lookupCache } from "../platform/lookup-cache.ts";
import { refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { type Access, tokenOfUser } from "./access.ts";
import { accessStore } from "./access-store.ts";
import { type Account, type AccountLimits, type AccountStatus, accountSchema } from "./account.ts";
import { auditEntry, auditNote, system } from "./audit.ts";
import { writeAudited } from "./audited-write-store.ts";
import { idStore } from "./id-store.ts";
import { accountKey } from "./keys.ts";
import { hashOfSecret, isExpired, looksLikeSecret, type Token, tokenSchema } from "./token.ts";
import { tokenStore } from "./token-store.ts";

/** A revoked token, a ban or a changed limit is known in every process within this time. */
const foundMs = 30_000;
/** A wrong token costs one read within this time, and a new one is hidden for no longer. */
const missingMs = 2_000;
const cachedEntries = 1_000;

/** Who shows a token. */
export interface Customer {
  readonly account: Account;
  /** With what it may; of a token that acts for a user, with what he may. */
  readonly token: Token;
  /** The user for whom the token acts, if it does for one. */
  readonly access?: Access;
}

/**
 * For who must not go on for long with what an account was: workers that send mail. They ask again so often that
 * nothing waits for it, and know of a suspension within `statusKnownMs`.
 */
export const watchfully = { foundMs: 5_000, refreshMs: 2_000 } as const;
/** So long after a suspension, none of an account's messages is begun any more. */
export const statusKnownMs = watchfully.foundMs;

export type AccountStore = ReturnType<typeof accountStore>;

/** Accounts and their tokens, in the accounts table. */
export function accountStore({
  client,
  table,
  clock,
  known: knownFor = { foundMs },
}: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
  /** How long an account is remembered as it was; 30 s unless given. */
  known?: { readonly foundMs: number; readonly refreshMs?: number };
}) {
  const ids = idStore({ client, table });
  const accesses = accessStore({ client, table, clock });
  const usual = { clock, foundMs, missingMs, max: cachedEntries };
  const accounts = lookupCache<Account>({
    ...{ ...usual, ...knownFor },
    find: (id) => readAccount(client, table, Number(id)),
  });
  // By hash, so that secrets do not lie about in memory.
  const known = lookupCache<Token>({ ...usual, find: (hash) => readToken(client, table, hash) });
  const users = lookupCache<Access>({
    ...usual,
    find: (key) => {
      const [accountId, accessId] = key.split("/");
      return accesses.get(Number(accountId), Number(accessId));
    },
  });
  const tokens = tokenStore({ client, table, clock }, known.forget);

  async function change(accountId: number, changes: [path: string, value: unknown][]): Promise<void> {
    await changeAccount(client, table, { accountId, changes });
    accounts.forget(String(accountId));
  }

  return {
    /** The account and token behind a secret; undefined if there is none or it has expired. */
    async findByToken(secret: string): Promise<Customer | undefined> {
      if (!looksLikeSecret(secret)) return undefined;
      const token = await known.get(hashOfSecret(secret));
      if (token === undefined || isExpired(token, clock.now())) return undefined;
      const account = await accounts.get(String(token.accountId));
      if (account === undefined || token.accessId === undefined) return account && { account, token };
      const access = await users.get(userKey(account.id, token.accessId));
      return access && { account, access, token: tokenOfUser(token, access) };
    },

    /** Makes the next look at a user's access ask again; for this process's own changes. */
    forgetAccess: ({ accountId, id }: Pick<Access, "accountId" | "id">) =>
      users.forget(userKey(accountId, id)),

    /** As it was within the last 30 s, or as long as this store remembers. */
    get: (accountId: number): Promise<Account | undefined> => accounts.get(String(accountId)),

    /** As it is now. */
    getNow(accountId: number): Promise<Account | undefined> {
      accounts.forget(String(accountId));
      return accounts.get(String(accountId));
    },

    nextId: () => ids.next(),

    /**
     * Stores a new account, under an id from `nextId`, and its owner.
     *
     * @param alongside writes of other stores that must happen with it or not at all
     */
    async create(account: Account, alongside: readonly TransactionWrite[] = []): Promise<void> {
      const put = { TableName: table, Item: { ...accountKey(account.id), ...accountSchema.parse(account) } };
      const owner = await accesses.ownerWrite(account);
      await client.send(new TransactWriteCommand({ TransactItems: [{ Put: put }, owner, ...alongside] }));
    },

    /** Accounts' tokens, as they are made, listed and ended. */
    tokens,

    /** Makes a token; its secret is told here and never again. */
    createToken: tokens.create,

    setStatus: (accountId: number, status: AccountStatus) => change(accountId, [["status", status]]),

    /** The plan's name; what the plan allows is kept by the quota. */
    setPlanName: (accountId: number, planName: string) => change(accountId, [["planName", planName]]),

    /**
     * Sets the plan's name where it is still the old one, and notes in the audit log that the service has done so.
     *
     * @returns false where it is another one by now
     */
    async followPlan(accountId: number, { from, to }: { from: string; to: string }): Promise<boolean> {
      const done = await followPlan({ client, table }, { accountId, from, to }, clock.now());
      accounts.forget(String(accountId));
      return done;
    },

    /** Changes the limits that are given. */
    setLimits: (accountId: number, limits: Partial<AccountLimits>) =>
      change(
        accountId,
        Object.entries(limits).map(([name, value]) => [`limits.${name}`, value]),
      ),
  };
}

function userKey(accountId: number, accessId: number): string {
  return `${accountId}/${accessId}`;
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

function followPlan(
  at: { client: DynamoDBDocumentClient; table: string },
  { accountId, from, to }: { accountId: number; from: string; to: string },
  now: number,
): Promise<boolean> {
  const change = { before: { plan_name: from }, after: { plan_name: to } };
  const note = auditNote({ type: "account", verb: "plan_changed", id: accountId, ...change });
  const Update = {
    TableName: at.table,
    Key: accountKey(accountId),
    UpdateExpression: "SET planName = :to",
    ConditionExpression: "planName = :from",
    ExpressionAttributeValues: { ":from": from, ":to": to },
  };
  return writeAudited(at, { Update }, { accountId, entry: auditEntry(system, note, now) });
}
