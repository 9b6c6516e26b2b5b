import { QueryCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { refusedTransaction, refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import type { ClosedPeriod } from "./closed-period.ts";
import { dayOf, periodContaining } from "./periods.ts";
import { type Quota, usedOf } from "./quota.ts";
import {
  periodKey,
  type QuotaTable,
  quotaKey,
  readQuota,
  sameTerms,
  untilSettled,
} from "./quota-table-store.ts";
import { centsUntil, nextTerms } from "./terms.ts";

const partitionSchema = z.object({ pk: z.string().regex(/^ACCOUNT#\d+$/) });

/**
 * Closes an account's period if it has ended and opens the one of now, with a fresh counter; periods that
 * passed without anybody looking are skipped. Exactly once, whoever comes first.
 *
 * @returns whether this call was the one that did it
 */
export function rollOver(quotas: QuotaTable, accountId: number): Promise<boolean> {
  return untilSettled(async () => {
    const quota = await readQuota(quotas, accountId);
    if (quota === undefined || quota.periodEnd > quotas.clock.now()) return false;
    return (await closePeriod(quotas, quota, quotas.clock.now())) || undefined;
  });
}

/** Replaces the period of a quota by the one of a time; false if the quota is no longer as it was seen. */
export async function closePeriod(quotas: QuotaTable, seen: Quota, at: number): Promise<boolean> {
  const writes = [openNextPeriod(quotas.table, seen, at), recordPeriod(quotas.table, seen)];
  try {
    await quotas.client.send(new TransactWriteCommand({ TransactItems: writes }));
    return true;
  } catch (error) {
    if (refusedTransaction(error)) return false;
    throw error;
  }
}

/** Opens the day of a time; without effect if somebody did it already, or went further. */
export async function openDay(
  { client, table }: Pick<QuotaTable, "client" | "table">,
  accountId: number,
  at: number,
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: quotaKey(accountId),
        UpdateExpression: "SET #day = :today, dayRemaining = dayLimit",
        ConditionExpression: "#day < :today",
        ExpressionAttributeNames: { "#day": "day" },
        ExpressionAttributeValues: { ":today": dayOf(at) },
      }),
    );
  } catch (error) {
    if (!refusedWrite(error)) throw error;
  }
}

/** The accounts whose period has ended and is still open. */
export async function* endedPeriods({ client, table, clock }: QuotaTable): AsyncGenerator<number> {
  const now = clock.now();
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: "byPeriodEnd",
        KeyConditionExpression: "periodState = :open AND periodEnd <= :now",
        ExpressionAttributeValues: { ":open": "open", ":now": now },
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) yield accountOf(partitionSchema.parse(item).pk);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

function accountOf(partition: string): number {
  return Number(partition.slice("ACCOUNT#".length));
}

function openNextPeriod(table: string, seen: Quota, at: number): TransactionWrite {
  const next = periodContaining(seen.anchor, at);
  const terms = nextTerms(seen);
  const same = sameTerms(seen);
  return {
    Update: {
      TableName: table,
      Key: quotaKey(seen.accountId),
      UpdateExpression:
        "SET periodStart = :start, periodEnd = :end, remaining = :fresh, planName = :name, monthLimit = :month, " +
        "dayLimit = :day, dayRemaining = dayRemaining + :moreDay, mostOverage = :most, overageCap = :cap, price = :price, " +
        "accruedCents = :none, planSince = :start REMOVE nextPlan",
      // What is recorded as used must be what was used: a release may come between.
      ConditionExpression: `periodEnd = :seenEnd AND remaining = :seenRemaining AND ${same.condition}`,
      ExpressionAttributeValues: {
        ":start": next.start,
        ":end": next.end,
        ":fresh": terms.monthLimit + terms.overageCap,
        ...{ ":name": terms.planName, ":month": terms.monthLimit, ":day": terms.dayLimit },
        ...{ ":most": terms.mostOverage, ":cap": terms.overageCap, ":price": terms.price, ":none": 0 },
        ":moreDay": terms.dayLimit - seen.dayLimit,
        ":seenEnd": seen.periodEnd,
        ":seenRemaining": seen.remaining,
        ...same.values,
      },
    },
  };
}

function recordPeriod(table: string, seen: Quota): TransactionWrite {
  const { accountId, planName, periodStart, periodEnd, monthLimit, overageCap } = seen;
  const period: ClosedPeriod = {
    ...{ accountId, planName, periodStart, periodEnd, monthLimit, overageCap },
    used: usedOf(seen),
    planCents: Math.round(centsUntil(seen, periodEnd)),
    overageCentsPer1000: seen.price.overageCentsPer1000,
    discountPercent: seen.discountPercent,
  };
  return {
    Put: {
      TableName: table,
      // In the index until it has been told.
      Item: { ...periodKey(accountId, periodStart), periodState: "closed", ...period },
    },
  };
}
