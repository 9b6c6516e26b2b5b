import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { PosternError } from "../platform/errors.ts";
import { refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { dayOf, periodContaining } from "./periods.ts";
import { accountTime, type Quota, type QuotaPlan } from "./quota.ts";
import { type QuotaTable, quotaKey, readQuota, untilSettled } from "./quota-table-store.ts";

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
  periodStart: number;
  periodEnd: number;
  monthLimit: number;
  used: number;
  /** Below zero after a change to a smaller plan. */
  remaining: number;
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

/**
 * Puts an account on another plan at once, within its period: what the new plan allows more (or less) is
 * added to what remains. The same plan again changes nothing.
 *
 * @throws PosternError `not_found` if the account has no quota
 */
export async function changePlan(quotas: QuotaTable, accountId: number, plan: QuotaPlan): Promise<void> {
  await untilSettled(async () => {
    const seen = await readQuota(quotas, accountId);
    if (seen === undefined) throw new PosternError("not_found");
    try {
      await quotas.client.send(new UpdateCommand(planUpdate(quotas.table, seen, plan)));
      return true;
    } catch (error) {
      if (refusedWrite(error)) return undefined;
      throw error;
    }
  });
}

/** What an account has used; a period or day that has ended counts as closed, though nobody closed it yet. */
export async function usageOf(quotas: QuotaTable, accountId: number): Promise<QuotaUsage | undefined> {
  const quota = await readQuota(quotas, accountId);
  return quota && usageAt(quota, accountTime(quota, quotas.clock.now()));
}

function usageAt(quota: Quota, now: number): QuotaUsage {
  const { planName, monthLimit, dayLimit } = quota;
  const isPeriodOver = quota.periodEnd <= now;
  const period = periodContaining(quota.anchor, now);
  const day = dayOf(now);
  const remaining = isPeriodOver ? monthLimit : quota.remaining;
  const dayRemaining = quota.day === day ? quota.dayRemaining : dayLimit;
  return {
    planName,
    periodStart: isPeriodOver ? period.start : quota.periodStart,
    periodEnd: isPeriodOver ? period.end : quota.periodEnd,
    monthLimit,
    used: monthLimit - remaining,
    remaining,
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
    planName: plan.name,
    monthLimit: plan.monthLimit,
    dayLimit: plan.dayLimit,
    remaining: plan.monthLimit,
    day: dayOf(now),
    dayRemaining: plan.dayLimit,
    periodStart: start,
    periodEnd: end,
    anchor,
    pending: {},
  };
}

function planUpdate(table: string, seen: Quota, plan: QuotaPlan) {
  return {
    TableName: table,
    Key: quotaKey(seen.accountId),
    UpdateExpression:
      "SET planName = :name, monthLimit = :month, dayLimit = :day, " +
      "remaining = remaining + :moreMonth, dayRemaining = dayRemaining + :moreDay",
    ConditionExpression: "monthLimit = :seenMonth AND dayLimit = :seenDay",
    ExpressionAttributeValues: {
      ":name": plan.name,
      ":month": plan.monthLimit,
      ":day": plan.dayLimit,
      ":moreMonth": plan.monthLimit - seen.monthLimit,
      ":moreDay": plan.dayLimit - seen.dayLimit,
      ":seenMonth": seen.monthLimit,
      ":seenDay": seen.dayLimit,
    },
  };
}
