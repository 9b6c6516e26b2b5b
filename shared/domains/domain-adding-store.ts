import { GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { PosternError } from "../platform/errors.ts";
import { isBusy, refusedTransaction, type TransactionWrite } from "../platform/refused-writes.ts";
import { checkAttributes, type DomainTable, domainKey, ownerKey, readDomains } from "./domain-table-store.ts";
import type { SendingDomain } from "./sending-domain.ts";

const mostTries = 8;

/** Throws if the account may not have the domain, by those that it has. */
export type AddingCheck = (own: readonly SendingDomain[]) => void;

/** A domain to be written, and when it is to be looked at first, in epoch ms. */
export interface DueNewDomain {
  readonly domain: SendingDomain;
  readonly checkAt: number;
}

/** The writes that make a domain and note whose it is: together or not at all. */
export function addingWrites(
  { table }: Pick<DomainTable, "table">,
  domain: SendingDomain,
  checkAt?: number,
): [domain: TransactionWrite, owner: TransactionWrite] {
  const { accountId, name } = domain;
  return [
    {
      Put: {
        TableName: table,
        Item: { ...domainKey(accountId, name), ...domain, ...checkAttributes(checkAt) },
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
  ];
}

/**
 * Writes a domain, unless the account has one of that name: then this is the answer. Each domain that is added counts
 * up the account's guard, so that of two at the same time the second one is checked with the first among them.
 *
 * @throws PosternError `validation_failed` if another account has the name, and what the check throws
 */
export async function writeDomain(
  domains: DomainTable,
  { accountId, name }: Pick<SendingDomain, "accountId" | "name">,
  check: AddingCheck,
  make: () => Promise<DueNewDomain>,
): Promise<SendingDomain> {
  let isForeign = false;
  for (let tries = 0; tries < mostTries; tries++) {
    const guard = await readGuard(domains, accountId);
    const own = await readDomains(domains, accountId);
    // Added a moment ago by another call, or by this one if its first answer was lost.
    const existing = own.find((domain) => domain.name === name);
    if (existing !== undefined) return existing;
    if (isForeign) throw foreign(name);
    check(own);
    const made = await make();
    const outcome = await write(domains, made, guard);
    if (outcome === "written") return made.domain;
    isForeign = outcome === "foreign";
  }
  throw new Error("others add domains to this account all the time");
}

async function write(
  domains: DomainTable,
  { domain, checkAt }: DueNewDomain,
  guard: number,
): Promise<"written" | "foreign" | "again"> {
  const counted = {
    TableName: domains.table,
    Key: guardKey(domain.accountId),
    UpdateExpression: "SET additions = :next",
    ConditionExpression: "attribute_not_exists(additions) OR additions = :guard",
    ExpressionAttributeValues: { ":next": guard + 1, ":guard": guard },
  };
  const [put, owner] = addingWrites(domains, domain, checkAt);
  try {
    await domains.client.send(new TransactWriteCommand({ TransactItems: [owner, put, { Update: counted }] }));
    return "written";
  } catch (error) {
    const [foreignOwner] = refusedTransaction(error) ?? [];
    if (foreignOwner !== undefined) return "foreign";
    if (refusedTransaction(error) || isBusy(error)) return "again";
    throw error;
  }
}

async function readGuard({ client, table }: DomainTable, accountId: number): Promise<number> {
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: guardKey(accountId), ConsistentRead: true }),
  );
  return Number(Item?.["additions"] ?? 0);
}

/** The item that counts the domains which an account has added. */
function guardKey(accountId: number): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: "DOMAINS" };
}

function foreign(name: string): PosternError {
  const message = "belongs to another account";
  return new PosternError("validation_failed", {
    messages: [`${name} ${message}`],
    fields: { domain_name: [message] },
  });
}
