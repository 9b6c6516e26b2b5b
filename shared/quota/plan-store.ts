import { PutCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { dayOf, periodContaining } from "./periods.ts";
import { accountTime, type Quota, type QuotaPlan, usedOf } from "./quota.ts";
import { type QuotaTable, quotaKey, readQuota, sharerKey, sharerPrefix } from "./quota-table-store.ts";
import { nextTerms, termsOf } from "./terms.ts";
import { overageOf } from "./thresholds.ts";

const sharerSchema = z.object({ sharer: z.number().int() });

type Put = NonNullable<TransactionWrite["Put"]>;

export interface OpenQuota {
  accountId: number;
  plan: QuotaPlan;
  /** Epoch ms at which the plan began; its anniversaries begin the periods. */
  anchor: number;
}

/** What an account has used, as of now. */
export interface QuotaUsage {
  planName: string;
  /** The plan that takes its place at the period's end, if another one does. */
  nextPlanName?: string;
  periodStart: number;
  periodEnd: number;
  monthLimit: number;
  used: number;
  /** What may still be sent, overage included; below zero after a change to a smaller limit. */
  remaining: number;
  overageUsed: number;
  overageCap: number;
  day: string;
  dayLimit: number;
  dayUsed: number;
  dayRemaining: number;
}

/** The write that gives an account its quota, for the transaction that makes the account. */
export function openingWrite(
  { table, clock }: Pick<QuotaTable, "table" | "clock">,
  wanted: OpenQuota,
): { Put: Put } {
  return {
    Put: {
      TableName: table,
      Item: { ...quotaKey(wanted.accountId), periodState: "open", ...freshQuota(wanted, clock.now()) },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
}

/** Gives an account its quota; one that it has already stays as it is. */
export async function openQuota(quotas: QuotaTable, wanted: OpenQuota): Promise<void> {
  try {
    await quotas.client.send(new PutCommand(openingWrite(quotas, wanted).Put));
  } catch (error) {
    if (!refusedWrite(error)) throw error;
  }
}

/** The writes that let an account use another's quota, for the transaction that makes the account. */
export function sharingWrites(
  table: string,
  { accountId, holder }: { accountId: number; holder: number },
): TransactionWrite[] {
  const share = { ...quotaKey(accountId), accountId, sharedWith: holder };
  return [
    { Put: { TableName: table, Item: share, ConditionExpression: "attribute_not_exists(pk)" } },
    { Put: { TableName: table, Item: { ...sharerKey(holder, accountId), sharer: accountId } } },
  ];
}

/** The accounts that use an account's quota besides itself. */
export async function sharersOf({ client, table }: QuotaTable, holder: number): Promise<number[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": quotaKey(holder).pk, ":prefix": sharerPrefix },
      ConsistentRead: true,
    },
  );
  const found: number[] = [];
  for await (const { Items = [] } of pages)
    found.push(...Items.map((item) => sharerSchema.parse(item).sharer));
  return found;
}

/** What an account has used; a period or day that has ended counts as closed, though nobody closed it yet. */
export async function usageOf(quotas: QuotaTable, accountId: number): Promise<QuotaUsage | undefined> {
  const quota = await readQuota(quotas, accountId);
  return quota && usageAt(quota, accountTime(quota, quotas.clock.now()));
}

function usageAt(quota: Quota, now: number): QuotaUsage {
  const isPeriodOver = quota.periodEnd <= now;
  const terms = isPeriodOver ? nextTerms(quota) : quota;
  const { planName, monthLimit, dayLimit, overageCap } = terms;
  const period = periodContaining(quota.anchor, now);
  const day = dayOf(now);
  const remaining = isPeriodOver ? monthLimit + overageCap : quota.remaining;
  const used = usedOf({ monthLimit, overageCap, remaining });
  const dayRemaining = quota.day === day ? quota.dayRemaining : dayLimit;
  return {
    planName,
    ...(quota.nextPlan && !isPeriodOver && { nextPlanName: quota.nextPlan.name }),
    periodStart: isPeriodOver ? period.start : quota.periodStart,
    periodEnd: isPeriodOver ? period.end : quota.periodEnd,
    monthLimit,
    used,
    remaining,
    overageUsed: overageOf({ monthLimit, overageCap }, used),
    overageCap,
    day,
    dayLimit,
    dayUsed: dayLimit - dayRemaining,
    dayRemaining,
  };
}

/**
 * The write that takes one unit back which was given back too early: an email turned up that was believed
 * lost. It goes out, so it is counted, whatever remains. The write is refused as long as the submission's
 * reservation is not settled: the unit is still reserved then, and taking it would count it twice.
 */
export function takeBackWrite(table: string, accountId: number, submissionId: string): TransactionWrite {
  return {
    Update: {
      TableName: table,
      Key: quotaKey(accountId),
      UpdateExpression: "SET remaining = remaining - :one",
      ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(pending.#s)",
      ExpressionAttributeNames: { "#s": submissionId },
      ExpressionAttributeValues: { ":one": 1 },
    },
  };
}

function freshQuota({ accountId, plan, anchor }: OpenQuota, now: number): Quota {
  const { start, end } = periodContaining(anchor, now);
  return {
    accountId,
    ...termsOf(plan, 0),
    overageWish: 0,
    remaining: plan.monthLimit,
    day: dayOf(now),
    dayRemaining: plan.dayLimit,
    periodStart: start,
    periodEnd: end,
    anchor,
    accruedCents: 0,
    discountPercent: 0,
    planSince: start,
    terms: 0,
    pending: {},
  };
}
