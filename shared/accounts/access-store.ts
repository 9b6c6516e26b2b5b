import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { PosternError } from "../platform/errors.ts";
import { newId } from "../platform/ids.ts";
import { refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { type Access, type AccessResource, accessSchema } from "./access.ts";
import {
  type AccessTable,
  changeAccess,
  giveAccess,
  readAccess,
  readAccesses,
} from "./access-table-store.ts";
import { idStore } from "./id-store.ts";
import { invitationDays } from "./invitation.ts";
import { accessKey, userKey } from "./keys.ts";

/** Somebody who is to have access. */
export type NewAccess = Pick<Access, "accountId" | "email" | "name" | "resources">;

/** Somebody who is invited to have access, and how many may have it at most. */
export type NewInvitation = Omit<NewAccess, "name"> & { readonly mostUsers: number };

const dayMs = 86_400_000;

export type AccessStore = ReturnType<typeof accessStore>;

/** Users and invitations, in the accounts table. */
export function accessStore(at: AccessTable) {
  const { client, table, clock } = at;
  const ids = idStore(at);

  async function newUser(wanted: NewAccess, owner: boolean): Promise<Access> {
    const specifierId = await userId(at, wanted.email, ids.next);
    const email = wanted.email.toLowerCase();
    const common = { id: await ids.next(), createdAt: clock.now(), version: 0 };
    return { ...common, ...wanted, email, specifierId, kind: "User", owner };
  }

  return {
    /** All who have access to an account, the owner first. */
    list: (accountId: number): Promise<Access[]> => readAccesses(at, accountId),

    get: (accountId: number, accessId: number): Promise<Access | undefined> =>
      readAccess(at, accountId, accessId),

    /** The write that makes an account's owner, for the transaction that makes the account. */
    async ownerWrite(account: { id: number; ownerEmail: string }): Promise<TransactionWrite> {
      const { id: accountId, ownerEmail: email } = account;
      const owner = await newUser({ accountId, email, name: "", resources: [] }, true);
      return { Put: { TableName: table, Item: { ...accessKey(accountId, owner.id), ...owner } } };
    },

    /** @throws PosternError `validation_failed` if that address has access already */
    addUser: (wanted: NewAccess): Promise<Access> =>
      giveAccess(at, wanted.accountId, async (all) => {
        if (sameAddress(all, wanted) !== undefined) throw taken();
        return newUser(wanted, false);
      }),

    /**
     * Invites somebody, or invites him anew: what he was invited to before, and the link to it, are over then.
     *
     * @throws PosternError `validation_failed` if that address is a user's already, or as many have access as may
     */
    invite: ({ mostUsers, ...wanted }: NewInvitation): Promise<Access> =>
      giveAccess(at, wanted.accountId, async (all) => {
        const before = sameAddress(all, wanted);
        if (before?.kind === "User") throw taken();
        if (before === undefined && all.length >= mostUsers) throw tooMany(mostUsers);
        return invited({ ...wanted, id: before?.id ?? (await ids.next()) }, before, clock.now());
      }),

    /**
     * Makes a user of whom was invited, with what he was invited to.
     *
     * @param invitation.id the one that he accepts; left out, whichever counts
     * @param invitation.alongside writes that happen with it or not at all
     * @throws PosternError `not_found` if there is no such invitation, or no more
     */
    accept(
      accountId: number,
      accessId: number,
      name: string,
      { id, alongside }: { id?: string; alongside?: (user: Access) => readonly TransactionWrite[] } = {},
    ): Promise<Access> {
      const accepted = async (access: Access): Promise<Access> => {
        if (access.kind !== "Invite" || (id ?? access.invitationId) !== access.invitationId) {
          throw new PosternError("not_found");
        }
        return { ...access, kind: "User", name, specifierId: await userId(at, access.email, ids.next) };
      };
      return changeAccess(at, { accountId, accessId }, accepted, alongside);
    },

    /** @throws PosternError `not_found` */
    setResources: (
      accountId: number,
      accessId: number,
      resourcesOf: (access: Access) => AccessResource[],
    ): Promise<Access> =>
      changeAccess(at, { accountId, accessId }, async (access) => ({
        ...access,
        resources: resourcesOf(access),
      })),

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

function invited(
  wanted: Omit<NewAccess, "name"> & Pick<Access, "id">,
  before: Access | undefined,
  now: number,
): Access {
  const period = { invitationId: newId(now), invitedUntil: now + invitationDays * dayMs };
  if (before) return { ...before, ...period, resources: wanted.resources, version: before.version + 1 };
  const common = {
    specifierId: wanted.id,
    kind: "Invite",
    owner: false,
    createdAt: now,
    version: 0,
  } as const;
  return { ...common, ...period, ...wanted, name: "", email: wanted.email.toLowerCase() };
}

function sameAddress(all: readonly Access[], { email }: Pick<Access, "email">): Access | undefined {
  return all.find((access) => access.email === email.toLowerCase());
}

function taken(): PosternError {
  const message = "has already been taken";
  return new PosternError("validation_failed", { messages: [message], fields: { email: [message] } });
}

function tooMany(mostUsers: number): PosternError {
  const message = `Your plan's limit of users is reached: ${mostUsers}`;
  return new PosternError("validation_failed", { messages: [message], fields: { base: [message] } });
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
