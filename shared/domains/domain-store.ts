import { randomBytes } from "node:crypto";
import {
  type DynamoDBDocumentClient,
  GetCommand,
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
  type SendingDomain,
  sendingDomainSchema,
} from "./sending-domain.ts";

const foundMs = 30_000;
const missingMs = 2_000;
const cachedEntries = 1_000;

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

    /** @throws PosternError `not_found` if the account has no such domain */
    async setComplianceStatus(accountId: number, name: string, status: ComplianceStatus): Promise<void> {
      await changeStatus(domains, domainKey(accountId, name), status);
      known.forget(cacheKey(accountId, name));
    },
  };
}

async function freshDomain(domains: DomainTable, wanted: NewDomain): Promise<SendingDomain> {
  return {
    id: await idStore(domains).next(),
    ...wanted,
    returnPathLabel: `mt${randomBytes(4).toString("hex")}`,
    unsubscribeLink: false,
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

async function changeStatus(
  { client, table }: DomainTable,
  key: { pk: string; sk: string },
  status: ComplianceStatus,
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: key,
        UpdateExpression: "SET complianceStatus = :status",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":status": status },
      }),
    );
  } catch (error) {
    throw refusedWrite(error) ? new PosternError("not_found", { cause: error }) : error;
  }
}

function domainKey(accountId: number, name: string): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: `DOMAIN#${name}` };
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
