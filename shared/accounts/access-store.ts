import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
} from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { type Access, type AccessResource, accessSchema } from "./access.ts";
import { idStore } from "./id-store.ts";
import { accessKey, accessPrefix, userKey } from "./keys.ts";

export interface AccessTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock: Clock;
}

/** Somebody who is to have access. */
export type NewAccess = Pick<Access, "accountId" | "email" | "name" | "resources">;

const mostTries = 8;

export type AccessStore = ReturnType<typeof accessStore>;

/** Users and invitations, in the accounts table. */
export function accessStore(at: AccessTable) {
  const { client, table, clock } = at;
  const ids = idStore(at);

  /** Whom nobody had access as before: at most one access for each address. */
  async function add(access: Access): Promise<Access> {
    const same = (await readAll(at, access.accountId)).find(({ email }) => email === access.email);
    if (same !== undefined) throw taken();
    await client.send(
      new PutCommand({ TableName: table, Item: { ...accessKey(access.accountId, access.id), ...access } }),
    );
    return access;
  }

  async function newUser(wanted: NewAccess, owner: boolean): Promise<Access> {
    const specifierId = await userId(at, wanted.email, ids.next);
    const email = wanted.email.toLowerCase();
    const common = { id: await ids.next(), createdAt: clock.now(), version: 0 };
    return { ...common, ...wanted, email, specifierId, kind: "User", owner };
  }

  return {
    /** All who have access to an account, the owner first. */
    list: (accountId: number): Promise<Access[]> => readAll(at, accountId),

    get: (accountId: number, accessId: number): Promise<Access | undefined> =>
      readOne(at, accountId, accessId),

    /** The write that makes an account's owner, for the transaction that makes the account. */
    async ownerWrite(account: { id: number; ownerEmail: string }): Promise<TransactionWrite> {
      const { id: accountId, ownerEmail: email } = account;
      const owner = await newUser({ accountId, email, name: "", resources: [] }, true);
      return { Put: { TableName: table, Item: { ...accessKey(accountId, owner.id), ...owner } } };
    },

    /** @throws PosternError `validation_failed` if that address has access already */
    addUser: async (wanted: NewAccess): Promise<Access> => add(await newUser(wanted, false)),

    /** @throws PosternError `validation_failed` if that address has access already */
    async invite(wanted: NewAccess): Promise<Access> {
      const id = await ids.next();
      const email = wanted.email.toLowerCase();
      const common = { id, specifierId: id, createdAt: clock.now(), version: 0 };
      return add({ ...common, ...wanted, email, kind: "Invite", owner: false });
    },

    /**
     * Makes a user of whom was invited, with what he was invited to.
     *
     * @throws PosternError `not_found` if there is no such invitation, or no more
     */
    async accept(accountId: number, accessId: number, name: string): Promise<Access> {
      return change(at, { accountId, accessId }, async (access) => {
        if (access.kind !== "Invite") throw new PosternError("not_found");
        return { ...access, kind: "User", name, specifierId: await userId(at, access.email, ids.next) };
      });
    },

    /** @throws PosternError `not_found` */
    setResources: (
      accountId: number,
      accessId: number,
      resourcesOf: (access: Access) => AccessResource[],
    ): Promise<Access> =>
      change(at, { accountId, accessId }, async (access) => ({ ...access, resources: resourcesOf(access) })),

    /**
     * @returns what it was
     * @throws PosternError `not_found`; also for the owner's, which nobody removes
     */
    async remove(accountId: number, accessId: number): Promise<Access> {
      const command = new DeleteCommand({
        TableName: table,
        Key: accessKey(accountId, accessId),
        ConditionExpression: "attribute_exists(pk) AND #owner = :no",
        ExpressionAttributeNames: { "#owner": "owner" },
        ExpressionAttributeValues: { ":no": false },
        ReturnValues: "ALL_OLD",
      });
      try {
        return accessSchema.parse((await client.send(command)).Attributes);
      } catch (error) {
        throw refusedWrite(error) ? new PosternError("not_found", { cause: error }) : error;
      }
    },
  };
}

async function readAll({ client, table }: AccessTable, accountId: number): Promise<Access[]> {
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

async function readOne(
  { client, table }: AccessTable,
  accountId: number,
  accessId: number,
): Promise<Access | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: accessKey(accountId, accessId), ConsistentRead: true }),
  );
  return Item && accessSchema.parse(Item);
}

function taken(): PosternError {
  const message = "has already been taken";
  return new PosternError("validation_failed", { messages: [message], fields: { email: [message] } });
}

async function change(
  at: AccessTable,
  { accountId, accessId }: { accountId: number; accessId: number },
  changed: (access: Access) => Promise<Access>,
): Promise<Access> {
  for (let tries = 0; tries < mostTries; tries++) {
    const access = await readOne(at, accountId, accessId);
    if (access === undefined) throw new PosternError("not_found");
    const next = { ...(await changed(access)), version: access.version + 1 };
    if (await isWritten(at, next, access.version)) return next;
  }
  throw new Error("others change this access all the time");
}

async function isWritten({ client, table }: AccessTable, access: Access, version: number): Promise<boolean> {
  const command = new PutCommand({
    TableName: table,
    Item: { ...accessKey(access.accountId, access.id), ...access },
    ConditionExpression: "#version = :version",
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: { ":version": version },
  });
  try {
    await client.send(command);
    return true;
  } catch (error) {
    if (refusedWrite(error)) return false;
    throw error;
  }
}

/** The id of whoever has an address: the same in all accounts. */
async function userId(
  at: Pick<AccessTable, "client" | "table">,
  email: string,
  nextId: () => Promise<number>,
): Promise<number> {
  const { client, table } = at;
  const Key = userKey(email);
  const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  if (Item) return Number(Item["id"]);
  const id = await nextId();
  try {
    const ConditionExpression = "attribute_not_exists(pk)";
    await client.send(new PutCommand({ TableName: table, Item: { ...Key, id }, ConditionExpression }));
    return id;
  } catch (error) {
    if (refusedWrite(error)) return userId(at, email, nextId);
    throw error;
  }
}
