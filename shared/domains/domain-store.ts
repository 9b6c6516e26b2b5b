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
const cachedEntries = 10_000;

export type DomainStore = ReturnType<typeof domainStore>;

/** Sending domains, in the accounts table. Names are lower-case A-labels. */
export function domainStore({
  client,
  table,
  clock,
}: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}) {
  const ids = idStore({ client, table });
  const domains = lookupCache<SendingDomain>({
    clock,
    foundMs,
    missingMs,
    max: cachedEntries,
    find: (key) => read(accountOfCacheKey(key), nameOfCacheKey(key)),
  });

  return {
    /** The account's domain of that very name (a parent covers no child), as it was within the last 30 s. */
    find: (accountId: number, name: string): Promise<SendingDomain | undefined> =>
      domains.get(cacheKey(accountId, name)),

    add,

    /** @throws PosternError `not_found` if the account has no such domain */
    async setComplianceStatus(accountId: number, name: string, status: ComplianceStatus): Promise<void> {
      try {
        await client.send(
          new UpdateCommand({
            TableName: table,
            Key: domainKey(accountId, name),
            UpdateExpression: "SET complianceStatus = :status",
            ConditionExpression: "attribute_exists(pk)",
            ExpressionAttributeValues: { ":status": status },
          }),
        );
      } catch (error) {
        throw refusedWrite(error) ? new PosternError("not_found", { cause: error }) : error;
      }
      domains.forget(cacheKey(accountId, name));
    },
  };

  /**
   * Adds a domain to an account; one that the account has already stays as it is and is returned. A name
   * belongs to one account only: the mail provider knows one identity of that name, with one set of keys.
   *
   * @throws PosternError `invalid_request` if another account has it
   */
  async function add(wanted: {
    accountId: number;
    name: string;
    complianceStatus: ComplianceStatus;
    dkimKeys: DkimKey[];
  }): Promise<SendingDomain> {
    const existing = await read(wanted.accountId, wanted.name);
    if (existing) return existing;
    const domain: SendingDomain = {
      id: await ids.next(),
      ...wanted,
      returnPathLabel: `mt${randomBytes(4).toString("hex")}`,
      unsubscribeLink: false,
    };
    const written = await write(domain);
    domains.forget(cacheKey(wanted.accountId, wanted.name));
    return written;
  }

  async function write(domain: SendingDomain): Promise<SendingDomain> {
    const { accountId, name } = domain;
    try {
      await client.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName: table,
                Item: { ...domainKey(accountId, name), ...domain },
                ConditionExpression: "attribute_not_exists(pk)",
              },
            },
            {
              Put: {
                TableName: table,
                Item: { ...ownerKey(name), ownerId: accountId },
                ConditionExpression: "attribute_not_exists(pk) OR ownerId = :accountId",
                ExpressionAttributeValues: { ":accountId": accountId },
              },
            },
          ],
        }),
      );
      return domain;
    } catch (error) {
      return afterRefusal(error, domain);
    }
  }

  async function afterRefusal(error: unknown, { accountId, name }: SendingDomain): Promise<SendingDomain> {
    if (refusedTransaction(error) === undefined) throw error;
    // Added a moment ago by another call, or by this one if its first answer was lost.
    const existing = await read(accountId, name);
    if (existing) return existing;
    throw new PosternError("invalid_request", { messages: [`${name} belongs to another account`] });
  }

  async function read(accountId: number, name: string): Promise<SendingDomain | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: domainKey(accountId, name), ConsistentRead: true }),
    );
    return Item && sendingDomainSchema.parse(Item);
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
