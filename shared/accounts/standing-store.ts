import { type DynamoDBDocumentClient, GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { batchGet } from "../platform/batch-get.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { isWritten } from "../platform/refused-writes.ts";
import { type Account, accountSchema } from "./account.ts";
import { type AuditActor, type AuditEntry, auditEntry } from "./audit.ts";
import { writeAudited } from "./audited-write-store.ts";
import { accountKey } from "./keys.ts";
import { nextLookAt, type Stand, type StandingChange, standOf } from "./standing.ts";
import { noteOfStand } from "./standing-audit.ts";

/** All accounts whose standing is to be looked after are found under it, by time. */
const checkState = "standing";
const changeTries = 10;

export type StandingStore = ReturnType<typeof standingStore>;

interface AccountTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** How accounts stand: suspended, banned, warned. It is part of the account's item, which every worker reads. */
export function standingStore({ clock, ...at }: AccountTable & { clock: Clock }) {
  return {
    /** The account as it is now. */
    read: (accountId: number) => read(at, accountId),

    /**
     * Changes an account's standing, whoever else does at the same time.
     *
     * @param by in whose name the audit log has it; in nobody's for who notes it himself
     * @returns the account after it, and whether anything changed
     * @throws PosternError `not_found` if there is no such account
     */
    async change(
      accountId: number,
      change: StandingChange,
      by?: AuditActor,
    ): Promise<{ account: Account; changed: boolean }> {
      for (let tries = 1; tries <= changeTries; tries += 1) {
        const account = await read(at, accountId);
        if (account === undefined) {
          throw new PosternError("not_found", { messages: [`no account ${accountId}`] });
        }
        const now = clock.now();
        const after = change(standOf(account), now);
        if (after === undefined) return { account, changed: false };
        const note = by && noteOfStand(accountId, standOf(account), after);
        const entry = by && note && auditEntry(by, note, now);
        const written = await write(at, account, { after, now, entry });
        if (written) return { account: written, changed: true };
      }
      throw new Error(`the standing of account ${accountId} changes all the time`);
    },

    /** Accounts that are to be looked after, the longest due first. */
    async due(limit: number): Promise<number[]> {
      const { Items = [] } = await at.client.send(
        new QueryCommand({
          TableName: at.table,
          IndexName: "byCheckTime",
          KeyConditionExpression: "checkState = :state AND checkAt <= :now",
          ExpressionAttributeValues: { ":state": checkState, ":now": clock.now() },
          Limit: limit,
        }),
      );
      return Items.map(accountIdIn);
    },

    /**
     * Accounts with suspensions, those about which something is due first.
     *
     * @param after `next` of the page before
     */
    suspended: (wanted: { limit: number; after?: string | undefined }) => suspended(at, wanted),

    /** Looks at an account again later, for what could not be done now, or need not. */
    async postpone({ id, standing }: Account): Promise<void> {
      const next = standing && nextLookAt(standing, clock.now());
      await set(at, id, { version: standing?.version ?? 0, checkAt: next });
    },
  };
}

/** As accounts stand, with what to ask for next; undefined where nothing follows. */
async function suspended(
  at: AccountTable,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ accounts: Account[]; next: string | undefined }> {
  const { Items = [], LastEvaluatedKey } = await at.client.send(
    new QueryCommand({
      TableName: at.table,
      IndexName: "byCheckTime",
      KeyConditionExpression: "checkState = :state",
      ExpressionAttributeValues: { ":state": checkState },
      Limit: limit,
      ...(after !== undefined && { ExclusiveStartKey: startOf(after) }),
    }),
  );
  const items = await batchGet(at, { keys: Items.map(({ pk, sk }) => ({ pk, sk })) });
  const accounts = items.map((item) => accountSchema.parse(item));
  return {
    accounts: accounts.filter(({ standing }) => (standing?.suspensions.length ?? 0) > 0),
    next: LastEvaluatedKey && `${LastEvaluatedKey["checkAt"]}/${accountIdIn(LastEvaluatedKey)}`,
  };
}

/** @throws PosternError `invalid_request` for what is no place of a page */
function startOf(place: string): Record<string, unknown> {
  const [, checkAt, accountId] = /^(\d{1,15})\/(\d{1,15})$/.exec(place) ?? [];
  if (checkAt === undefined) throw new PosternError("invalid_request", { messages: ["after: is no page's"] });
  return { ...accountKey(Number(accountId)), checkState, checkAt: Number(checkAt) };
}

function accountIdIn({ pk }: Record<string, unknown>): number {
  return Number(String(pk).slice(accountPartition(0).length - 1));
}

async function read({ client, table }: AccountTable, accountId: number): Promise<Account | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: accountKey(accountId), ConsistentRead: true }),
  );
  return Item && accountSchema.parse(Item);
}

/** @returns undefined where somebody else has changed it since it was read */
async function write(
  at: AccountTable,
  account: Account,
  { after, now, entry }: { after: Stand; now: number; entry: AuditEntry | undefined },
): Promise<Account | undefined> {
  const { status, standing } = after;
  const version = account.standing?.version ?? 0;
  const next = { ...standing, version: version + 1 };
  const checkAt = nextLookAt(next, now);
  const done = await set(at, account.id, { version, checkAt, stand: { status, standing: next }, entry });
  return done ? { ...account, status, standing: next } : undefined;
}

interface WantedStand {
  /** What it must be still. */
  readonly version: number;
  readonly checkAt: number | undefined;
  readonly stand?: Stand;
  readonly entry?: AuditEntry | undefined;
}

async function set(
  { client, table }: AccountTable,
  accountId: number,
  { version, checkAt, stand, entry }: WantedStand,
): Promise<boolean> {
  const sets = [
    ...(stand ? ["#status = :status", "standing = :standing"] : []),
    ...(checkAt === undefined ? [] : ["checkState = :state", "checkAt = :checkAt"]),
  ];
  const asRead = version === 0 ? "attribute_not_exists(standing)" : "standing.version = :version";
  const update = {
    TableName: table,
    Key: accountKey(accountId),
    UpdateExpression: [
      ...(sets.length > 0 ? [`SET ${sets.join(", ")}`] : []),
      ...(checkAt === undefined ? ["REMOVE checkState, checkAt"] : []),
    ].join(" "),
    ConditionExpression: `attribute_exists(pk) AND ${asRead}`,
    ...(stand && { ExpressionAttributeNames: { "#status": "status" } }),
    ExpressionAttributeValues: {
      ...(stand && { ":status": stand.status, ":standing": stand.standing }),
      ...(checkAt !== undefined && { ":state": checkState, ":checkAt": checkAt }),
      ...(version > 0 && { ":version": version }),
    },
  };
  if (entry !== undefined) {
    return await writeAudited({ client, table }, { Update: update }, { accountId, entry });
  }
  return isWritten(client.send(new UpdateCommand(update)));
}
