import { GetCommand, paginateQuery, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { refusedWrite } from "../platform/refused-writes.ts";
import { type ClosedPeriod, closedPeriodSchema, type Refund } from "./closed-period.ts";
import { periodKey, periodPrefix, type QuotaTable, quotaKey, readQuota } from "./quota-table-store.ts";

/** How many periods of an account are shown: ten years of them. */
const mostShown = 120;

const keySchema = z.object({
  pk: z.string().regex(/^ACCOUNT#\d+$/),
  sk: z.string().startsWith(periodPrefix),
});

export interface PeriodName {
  accountId: number;
  /** Epoch ms. */
  periodStart: number;
}

/** The closed periods of all accounts of which nobody has told yet, those that ended first coming first. */
export async function* untoldPeriods({ client, table, clock }: QuotaTable): AsyncGenerator<PeriodName> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      IndexName: "byPeriodEnd",
      KeyConditionExpression: "periodState = :closed AND periodEnd <= :now",
      ExpressionAttributeValues: { ":closed": "closed", ":now": clock.now() },
    },
  );
  for await (const { Items = [] } of pages) for (const item of Items) yield nameOf(keySchema.parse(item));
}

function nameOf({ pk, sk }: z.infer<typeof keySchema>): PeriodName {
  return {
    accountId: Number(pk.slice("ACCOUNT#".length)),
    periodStart: Date.parse(sk.slice(periodPrefix.length)),
  };
}

/** A closed period, and whether its numbers are final: while a submission of it is unconfirmed, its units may come back. */
export async function periodToTell(
  quotas: QuotaTable,
  { accountId, periodStart }: PeriodName,
): Promise<{ period: ClosedPeriod; isFinal: boolean } | undefined> {
  const quota = await readQuota(quotas, accountId);
  const { client, table } = quotas;
  const { Item } = await client.send(
    new GetCommand({ TableName: table, Key: periodKey(accountId, periodStart), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const period = closedPeriodSchema.parse(Item);
  const mayChange = Object.values(quota?.pending ?? {}).some(({ at }) => at < period.periodEnd);
  return { period, isFinal: !mayChange };
}

/** Notes that a period has been told. */
export async function periodTold(
  { client, table }: QuotaTable,
  { accountId, periodStart }: PeriodName,
): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: periodKey(accountId, periodStart),
      UpdateExpression: "REMOVE periodState",
    }),
  );
}

/** Notes what is given back of a closed period's price, unless something was already. */
export async function refundPeriod(
  { client, table }: QuotaTable,
  { accountId, periodStart }: PeriodName,
  refund: Refund,
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: periodKey(accountId, periodStart),
        UpdateExpression: "SET refund = :refund",
        ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(refund)",
        ExpressionAttributeValues: { ":refund": refund },
      }),
    );
  } catch (error) {
    if (!refusedWrite(error)) throw error;
  }
}

/** An account's closed periods, the latest first. */
export async function closedPeriods(
  { client, table }: QuotaTable,
  accountId: number,
): Promise<ClosedPeriod[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": quotaKey(accountId).pk, ":prefix": periodPrefix },
      ScanIndexForward: false,
      Limit: mostShown,
    },
  );
  for await (const { Items = [] } of pages) return Items.map((item) => closedPeriodSchema.parse(item));
  return [];
}
