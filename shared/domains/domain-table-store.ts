import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { AuditEntry } from "../accounts/audit.ts";
import { writeAudited } from "../accounts/audited-write-store.ts";
import { accountPartition } from "../platform/account-partition.ts";
import { isWritten, refusedTransaction, refusedWrite } from "../platform/refused-writes.ts";
import {
  type DeletedDomain,
  deletedDomainSchema,
  type SendingDomain,
  sendingDomainSchema,
} from "./sending-domain.ts";

/** What the keys of an account's domains begin with. */
export const domainPrefix = "DOMAIN#";
const deletedPrefix = "DELETED#";
/** All items of the accounts table that wait for a check are found under it, by time. */
export const checkState = "domains";

export interface DomainTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Attributes to set, beside the domain's own when it is to be looked at. */
export type DomainChange = Partial<SendingDomain> & { readonly checkAt?: number };

/** A domain of an account, or one that it has deleted and that is to be tidied up. */
export type DueDomain =
  | { readonly accountId: number; readonly name: string }
  | { readonly accountId: number; readonly deletedId: number };

export async function readDomain(
  { client, table }: DomainTable,
  accountId: number,
  name: string,
): Promise<SendingDomain | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: domainKey(accountId, name), ConsistentRead: true }),
  );
  return Item && sendingDomainSchema.parse(Item);
}

/** The domain of that name, whoever's it is. */
export async function readHolder(domains: DomainTable, name: string): Promise<SendingDomain | undefined> {
  const { Item } = await domains.client.send(
    new GetCommand({ TableName: domains.table, Key: ownerKey(name), ConsistentRead: true }),
  );
  return Item && readDomain(domains, Number(Item["ownerId"]), name);
}

/** The account's domains, oldest first. */
export async function readDomains(domains: DomainTable, accountId: number): Promise<SendingDomain[]> {
  const items = await readItems(domains, accountId, domainPrefix);
  return items.map((item) => sendingDomainSchema.parse(item)).toSorted((one, other) => one.id - other.id);
}

export async function readDeletedDomains(domains: DomainTable, accountId: number): Promise<DeletedDomain[]> {
  return (await readItems(domains, accountId, deletedPrefix)).map((item) => deletedDomainSchema.parse(item));
}

async function readItems({ client, table }: DomainTable, accountId: number, prefix: string) {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":prefix": prefix },
      ConsistentRead: true,
    },
  );
  const found: Record<string, unknown>[] = [];
  for await (const { Items = [] } of pages) found.push(...Items);
  return found;
}

/** How a domain must be still for a change to be made, and what is noted of it together with it. */
export interface ChangeTerms {
  /** Attributes as they were read; undefined for one that was not there. */
  readonly asRead?: Partial<SendingDomain>;
  readonly audit?: AuditEntry | undefined;
}

/**
 * Sets the attributes that are given and answers with the whole row.
 *
 * @returns undefined if there is no such domain, or it is not as it was read
 */
export async function changeDomain(
  domains: DomainTable,
  domain: Pick<SendingDomain, "accountId" | "name">,
  change: DomainChange,
  { asRead = {}, audit: entry }: ChangeTerms = {},
): Promise<SendingDomain | undefined> {
  const { accountId, name } = domain;
  const place = { TableName: domains.table, Key: domainKey(accountId, name) };
  const update = { ...place, ...expressionsOf(change, asRead) };
  if (entry !== undefined) {
    // Whoever notes a change changes something.
    const { UpdateExpression = "" } = update;
    const done = await writeAudited(
      domains,
      { Update: { ...update, UpdateExpression } },
      { accountId, entry },
    );
    return done ? readDomain(domains, accountId, name) : undefined;
  }
  try {
    const command = new UpdateCommand({ ...update, ReturnValues: "ALL_NEW" });
    return sendingDomainSchema.parse((await domains.client.send(command)).Attributes);
  } catch (error) {
    if (refusedWrite(error)) return undefined;
    throw error;
  }
}

function expressionsOf({ checkAt, ...attributes }: DomainChange, asRead: Partial<SendingDomain>) {
  const all = { ...attributes, ...checkAttributes(checkAt) };
  const changes = Object.entries(all).filter(([, value]) => value !== undefined);
  const terms = Object.entries(asRead);
  const conditions = terms.map(([, value], place) =>
    value === undefined ? `attribute_not_exists(#c${place})` : `#c${place} = :c${place}`,
  );
  const names = [
    ...changes.map(([attribute], place) => [`#a${place}`, attribute]),
    ...terms.map(([attribute], place) => [`#c${place}`, attribute]),
  ];
  const values = [
    ...changes.map(([, value], place) => [`:a${place}`, value]),
    ...terms.flatMap(([, value], place) => (value === undefined ? [] : [[`:c${place}`, value]])),
  ];
  return {
    ...(changes.length > 0 && {
      UpdateExpression: `SET ${changes.map((_, place) => `#a${place} = :a${place}`).join(", ")}`,
    }),
    ConditionExpression: ["attribute_exists(pk)", ...conditions].join(" AND "),
    ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
}

/** Counts emails of a demo domain; false, and nothing is counted, if they are more than remain. */
export async function countDemoEmails(
  { client, table }: DomainTable,
  { accountId, name }: Pick<SendingDomain, "accountId" | "name">,
  { count, allowance }: { count: number; allowance: number },
): Promise<boolean> {
  const command = new UpdateCommand({
    TableName: table,
    Key: domainKey(accountId, name),
    UpdateExpression: "SET demoSent = demoSent + :count",
    ConditionExpression: "complianceStatus = :demo AND demoSent <= :most",
    ExpressionAttributeValues: { ":count": count, ":demo": "demo", ":most": allowance - count },
  });
  return isWritten(client.send(command));
}

/** Takes a domain from its account: the name is free again, what it was stays noted. False if it was gone. */
export async function deleteDomain(
  { client, table }: DomainTable,
  domain: SendingDomain,
  { deletedAt, checkAt }: { deletedAt: number; checkAt: number },
): Promise<boolean> {
  const { accountId, id, name, demo, complianceStatus, reviewReasons } = domain;
  const dkimKeys = domain.dkimKeys.map(({ selector, publicKey }) => ({ selector, publicKey }));
  const was = { id, accountId, name, demo, complianceStatus, reviewReasons, dkimKeys };
  const deleted: DeletedDomain = { ...was, deletedAt };
  const remove = { TableName: table, ExpressionAttributeValues: { ":own": id } };
  const owner = { TableName: table, ExpressionAttributeValues: { ":own": accountId } };
  try {
    await client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Delete: { ...remove, Key: domainKey(accountId, name), ConditionExpression: "id = :own" } },
          { Delete: { ...owner, Key: ownerKey(name), ConditionExpression: "ownerId = :own" } },
          {
            Put: {
              TableName: table,
              Item: { ...deletedKey(accountId, id), ...deleted, ...checkAttributes(checkAt) },
            },
          },
        ],
      }),
    );
    return true;
  } catch (error) {
    if (refusedTransaction(error)) return false;
    throw error;
  }
}

/** A deleted domain has nothing left to tidy up. */
export async function endDeletion(
  { client, table }: DomainTable,
  { accountId, id }: DeletedDomain,
): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: deletedKey(accountId, id),
      UpdateExpression: "REMOVE checkState, checkAt",
    }),
  );
}

/** Domains that are due for a look, the longest due first. */
export async function readDue(
  { client, table }: DomainTable,
  now: number,
  limit: number,
): Promise<DueDomain[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: "byCheckTime",
      KeyConditionExpression: "checkState = :state AND checkAt <= :now",
      ExpressionAttributeValues: { ":state": checkState, ":now": now },
      Limit: limit,
    }),
  );
  return Items.map(({ pk, sk }) => {
    const accountId = Number(String(pk).slice(accountPartition(0).length - 1));
    const [kind = "", rest] = String(sk).split(/(?<=#)/);
    return kind === deletedPrefix ? { accountId, deletedId: Number(rest) } : { accountId, name: rest ?? "" };
  });
}

/** Puts off the next look at a domain that is due; false if it is due no more. */
export async function putOffDue(
  { client, table }: DomainTable,
  due: DueDomain,
  { now, until }: { now: number; until: number },
): Promise<boolean> {
  const { accountId } = due;
  const command = new UpdateCommand({
    TableName: table,
    Key: "name" in due ? domainKey(accountId, due.name) : deletedKey(accountId, due.deletedId),
    UpdateExpression: "SET checkAt = :until",
    ConditionExpression: "checkAt <= :now",
    ExpressionAttributeValues: { ":until": until, ":now": now },
  });
  return isWritten(client.send(command));
}

export function checkAttributes(checkAt: number | undefined) {
  return checkAt === undefined ? {} : { checkState, checkAt };
}

export function domainKey(accountId: number, name: string): Key {
  return { pk: accountPartition(accountId), sk: `${domainPrefix}${name}` };
}

function deletedKey(accountId: number, id: number): Key {
  return { pk: accountPartition(accountId), sk: `${deletedPrefix}${id}` };
}

/** The item that says whose a name is. */
export function ownerKey(name: string): Key {
  return { pk: `DOMAIN#${name}`, sk: "OWNER" };
}
