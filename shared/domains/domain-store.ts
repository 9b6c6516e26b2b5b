import { randomBytes } from "node:crypto";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { idStore } from "../accounts/id-store.ts";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { lookupCache } from "../platform/lookup-cache.ts";
import { refusedTransaction, refusedWrite } from "../platform/refused-writes.ts";
import {
  type ComplianceStatus,
  type DkimKey,
  type DomainSettings,
  type SendingDomain,
  sendingDomainSchema,
  settingsOfNewDomains,
} from "./sending-domain.ts";

const foundMs = 30_000;
const missingMs = 2_000;
const cachedEntries = 1_000;
const domainPrefix = "DOMAIN#";

export type DomainStore = ReturnType<typeof domainStore>;

interface DomainTable {
  client: DynamoDBDocumentClient;
  table: string;
}

interface NewDomain {
  accountId: number;
  name: string;
  complianceStatus: ComplianceStatus;
  dkimKeys: DkimKey[];
}

/** Sending domains, in the accounts table. Names are lower-case A-labels. */
export function domainStore({ clock, ...domains }: DomainTable & { clock: Clock }) {
  const known = lookupCache<SendingDomain>({
    clock,
    foundMs,
    missingMs,
    max: cachedEntries,
    find: (key) => read(domains, accountOfCacheKey(key), nameOfCacheKey(key)),
  });

  async function change(
    { accountId, name }: Pick<SendingDomain, "accountId" | "name">,
    attributes: Partial<SendingDomain>,
  ): Promise<SendingDomain> {
    const changed = await changeRow(domains, domainKey(accountId, name), attributes);
    known.forget(cacheKey(accountId, name));
    return changed;
  }

  return {
    /** The account's domain of that very name (a parent covers no child), as it was within the last 30 s. */
    find: (accountId: number, name: string): Promise<SendingDomain | undefined> =>
      known.get(cacheKey(accountId, name)),

    /**
     * Adds a domain to an account; one that the account has already stays as it is and is returned. A name
     * belongs to one account only: the mail provider knows one identity of that name, with one set of keys.
     *
     * @throws PosternError `invalid_request` if another account has it
     */
    async add(wanted: NewDomain): Promise<SendingDomain> {
      const existing = await read(domains, wanted.accountId, wanted.name);
      const added = existing ?? (await write(domains, await freshDomain(domains, wanted)));
      known.forget(cacheKey(wanted.accountId, wanted.name));
      return added;
    },

    /** The account's domain with that id, as it is now. */
    get: (accountId: number, id: number): Promise<SendingDomain | undefined> =>
      readById(domains, accountId, id),

    /** All domains of the account as they are now, oldest first. */
    list: (accountId: number): Promise<SendingDomain[]> => readAll(domains, accountId),

    /** @throws PosternError `not_found` if the account has no such domain */
    setComplianceStatus: (accountId: number, name: string, complianceStatus: ComplianceStatus) =>
      change({ accountId, name }, { complianceStatus }),

    /**
     * Changes the settings that are given.
     *
     * @throws PosternError `not_found` if the account has no such domain
     */
    async changeSettings(
      accountId: number,
      id: number,
      settings: Partial<DomainSettings>,
    ): Promise<SendingDomain> {
      const domain = await readById(domains, accountId, id);
      if (domain === undefined) throw new PosternError("not_found");
      return change(domain, settings);
    },
  };
}

async function freshDomain(domains: DomainTable, wanted: NewDomain): Promise<SendingDomain> {
  return {
    id: await idStore(domains).next(),
    ...wanted,
    returnPathLabel: `mt${randomBytes(4).toString("hex")}`,
    ...settingsOfNewDomains,
    ...{ demo: false, demoSent: 0, reviewReasons: [] },
  };
}

async function read(
  { client, table }: DomainTable,
  accountId: number,
  name: string,
): Promise<SendingDomain | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: domainKey(accountId, name), ConsistentRead: true }),
  );
  return Item && sendingDomainSchema.parse(Item);
}

async function readAll({ client, table }: DomainTable, accountId: number): Promise<SendingDomain[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":prefix": domainPrefix },
      ConsistentRead: true,
    },
  );
  const found: SendingDomain[] = [];
  for await (const { Items = [] } of pages)
    found.push(...Items.map((item) => sendingDomainSchema.parse(item)));
  return found.toSorted((one, other) => one.id - other.id);
}

async function readById(
  domains: DomainTable,
  accountId: number,
  id: number,
): Promise<SendingDomain | undefined> {
  return (await readAll(domains, accountId)).find((domain) => domain.id === id);
}

async function write(domains: DomainTable, domain: SendingDomain): Promise<SendingDomain> {
  const { accountId, name } = domain;
  const row = { Item: { ...domainKey(accountId, name), ...domain } };
  const owner = { Item: { ...ownerKey(name), ownerId: accountId } };
  try {
    await domains.client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName: domains.table, ...row, ConditionExpression: "attribute_not_exists(pk)" } },
          {
            Put: {
              TableName: domains.table,
              ...owner,
              ConditionExpression: "attribute_not_exists(pk) OR ownerId = :accountId",
              ExpressionAttributeValues: { ":accountId": accountId },
            },
          },
        ],
      }),
    );
    return domain;
  } catch (error) {
    if (refusedTransaction(error) === undefined) throw error;
  }
  // Added a moment ago by another call, or by this one if its first answer was lost.
  const existing = await read(domains, accountId, name);
  if (existing) return existing;
  throw new PosternError("invalid_request", { messages: [`${name} belongs to another account`] });
}

/** Sets the attributes that are given and answers with the whole row. */
async function changeRow(
  { client, table }: DomainTable,
  key: { pk: string; sk: string },
  attributes: Partial<SendingDomain>,
): Promise<SendingDomain> {
  const changes = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const names = Object.fromEntries(changes.map(([name], place) => [`#a${place}`, name]));
  const values = Object.fromEntries(changes.map(([, value], place) => [`:a${place}`, value]));
  const settings = changes.map((_, place) => `#a${place} = :a${place}`);
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: key,
        ConditionExpression: "attribute_exists(pk)",
        ...(changes.length > 0 && {
          UpdateExpression: `SET ${settings.join(", ")}`,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
        }),
        ReturnValues: "ALL_NEW",
      }),
    );
    return sendingDomainSchema.parse(Attributes);
  } catch (error) {
    throw refusedWrite(error) ? new PosternError("not_found", { cause: error }) : error;
  }
}

function domainKey(accountId: number, name: string): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: `${domainPrefix}${name}` };
}

function ownerKey(name: string): { pk: string; sk: string } {
  return { pk: `DOMAIN#${name}`, sk: "OWNER" };
}

function cacheKey(accountId: number, name: string): string {
  return `${accountId}/${name}`;
}

function accountOfCacheKey(key: string): number {
  return Number(key.slice(0, key.indexOf("/")));
}

function nameOfCacheKey(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}
