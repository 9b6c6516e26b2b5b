import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { PosternError } from "../platform/errors.ts";
import { refusedWrite } from "../platform/refused-writes.ts";
import { closePeriod } from "./period-store.ts";
import { accountTime, type Quota, type QuotaPlan } from "./quota.ts";
import { type QuotaTable, quotaKey, readQuota, sameTerms, untilSettled } from "./quota-table-store.ts";
import { centsUntil, type Terms, termsOf } from "./terms.ts";

interface Change {
  UpdateExpression: string;
  ExpressionAttributeValues: Record<string, unknown>;
  /** Besides that terms and period are as they were seen. */
  condition?: string;
}

/** Limits of the account's own in place of its plan's; what is not given stays. */
export interface OwnLimits {
  monthLimit?: number | undefined;
  dayLimit?: number | undefined;
}

/**
 * Puts an account on another plan at once, within its period: what the new plan allows more (or less) is
 * added to what remains, and what the old one cost until now is kept. The same plan again changes nothing,
 * but that no other one follows at the period's end.
 *
 * @throws PosternError `not_found` if the account has no quota
 */
export function changePlan(quotas: QuotaTable, accountId: number, plan: QuotaPlan): Promise<void> {
  return change(quotas, accountId, (seen, now) => {
    const terms = termsOf(plan, seen.overageWish);
    const { UpdateExpression, ExpressionAttributeValues } = newTerms(seen, terms);
    return {
      UpdateExpression:
        `${UpdateExpression}, price = :price, mostOverage = :mostOverage, accruedCents = :accrued, ` +
        "planSince = :now REMOVE nextPlan",
      ExpressionAttributeValues: {
        ...ExpressionAttributeValues,
        ":price": terms.price,
        ":mostOverage": terms.mostOverage,
        ":accrued": centsUntil(seen, now),
        ":now": Math.max(now, seen.planSince ?? seen.periodStart),
      },
    };
  });
}

/** Limits that differ from the plan's, until another plan comes. */
export function setLimits(quotas: QuotaTable, accountId: number, limits: OwnLimits): Promise<void> {
  return change(quotas, accountId, (seen) => {
    const { monthLimit = seen.monthLimit, dayLimit = seen.dayLimit } = limits;
    return newTerms(seen, { ...seen, monthLimit, dayLimit });
  });
}

/** The plan that takes the present one's place at the period's end; none: the present one stays. */
export function planNext(quotas: QuotaTable, accountId: number, plan: QuotaPlan | undefined): Promise<void> {
  return change(quotas, accountId, () =>
    plan
      ? { UpdateExpression: "SET nextPlan = :plan", ExpressionAttributeValues: { ":plan": plan } }
      : { UpdateExpression: "REMOVE nextPlan", ExpressionAttributeValues: {} },
  );
}

/** What is taken off the price of plans, in percent, from the period on that is open. */
export function setDiscount(quotas: QuotaTable, accountId: number, percent: number): Promise<void> {
  return change(quotas, accountId, () => ({
    UpdateExpression: "SET discountPercent = :percent",
    ExpressionAttributeValues: { ":percent": percent },
  }));
}

/**
 * How many emails beyond the month's an account wants at most; it gets as many of them as its plan sells.
 * What is used of them already stays used, though the cap be lower.
 */
export function setOverage(quotas: QuotaTable, accountId: number, wish: number): Promise<void> {
  return change(quotas, accountId, (seen) => {
    const cap = Math.min(wish, seen.mostOverage);
    const usedBeyond = seen.overageCap - seen.remaining;
    const wished = { ":wish": wish };
    if (usedBeyond > cap) {
      return {
        // By what remains when it is written: others reserve meanwhile.
        UpdateExpression: "SET overageWish = :wish, overageCap = overageCap - remaining, remaining = :none",
        ExpressionAttributeValues: { ...wished, ":none": 0, ":left": seen.overageCap - cap },
        condition: "remaining < :left AND remaining >= :none",
      };
    }
    const more = cap - seen.overageCap;
    return {
      UpdateExpression: "SET overageWish = :wish, overageCap = :cap, remaining = remaining + :more",
      ExpressionAttributeValues: {
        ...wished,
        ":cap": cap,
        ":more": more,
        ...(more < 0 && { ":less": -more }),
      },
      ...(more < 0 && { condition: "remaining >= :less" }),
    };
  });
}

function newTerms(seen: Quota, terms: Omit<Terms, "price" | "mostOverage">): Change {
  const { planName, monthLimit, dayLimit, overageCap } = terms;
  return {
    UpdateExpression:
      "SET planName = :name, monthLimit = :month, dayLimit = :day, overageCap = :cap, " +
      "remaining = remaining + :moreMonth, dayRemaining = dayRemaining + :moreDay",
    ExpressionAttributeValues: {
      ...{ ":name": planName, ":month": monthLimit, ":day": dayLimit, ":cap": overageCap },
      ":moreMonth": monthLimit + overageCap - seen.monthLimit - seen.overageCap,
      ":moreDay": dayLimit - seen.dayLimit,
    },
  };
}

/** Changes a quota as it is seen, in the period of now; once, whoever changes it at the same time. */
async function change(
  quotas: QuotaTable,
  accountId: number,
  changeOf: (seen: Quota, now: number) => Change,
): Promise<void> {
  await untilSettled(async () => {
    const seen = await readQuota(quotas, accountId);
    if (seen === undefined) throw new PosternError("not_found");
    const now = accountTime(seen, quotas.clock.now());
    if (seen.periodEnd <= now) {
      await closePeriod(quotas, seen, now);
      return undefined;
    }
    try {
      await quotas.client.send(new UpdateCommand(termsUpdate(quotas.table, seen, changeOf(seen, now))));
      return true;
    } catch (error) {
      if (refusedWrite(error)) return undefined;
      throw error;
    }
  });
}

function termsUpdate(
  table: string,
  seen: Quota,
  { UpdateExpression, ExpressionAttributeValues, condition }: Change,
) {
  const same = sameTerms(seen);
  const counted = UpdateExpression.startsWith("SET ")
    ? UpdateExpression.replace("SET ", "SET terms = :nextTerms, ")
    : `SET terms = :nextTerms ${UpdateExpression}`;
  return {
    TableName: table,
    Key: quotaKey(seen.accountId),
    UpdateExpression: counted,
    ConditionExpression: [same.condition, "periodStart = :seenStart", ...(condition ? [condition] : [])].join(
      " AND ",
    ),
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ...same.values,
      ":seenStart": seen.periodStart,
      ":nextTerms": seen.terms + 1,
    },
  };
}
