import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { PosternError } from "../platform/errors.ts";
import { refusedWrite } from "../platform/refused-writes.ts";
import { closePeriod, openDay } from "./period-store.ts";
import { dayOf } from "./periods.ts";
import {
  accountTime,
  mostPending,
  type Quota,
  quotaSchema,
  type Reservation,
  usedOf,
  whyRefused,
} from "./quota.ts";
import { holderOf, isElsewhere, type QuotaTable, quotaKey, untilSettled } from "./quota-table-store.ts";
import { overageOf, thresholdsBetween } from "./thresholds.ts";

export interface Wanted {
  accountId: number;
  submissionId: string;
  /** Emails: one for each recipient. */
  count: number;
}

/** The answer to units that are reserved. */
export type Taken = Extract<Reservation, { ok: true }>;

const takenSchema = quotaSchema.pick({
  ...{ remaining: true, monthLimit: true, periodStart: true, overageCap: true },
});

/** Seconds after which a crowd of unconfirmed submissions has likely shrunk. */
const crowdedSeconds = 10;

/**
 * Reserves units in one conditional update, unless the period or the day must be opened first. The same
 * submission is never counted twice: it finds its earlier reservation, also when the first answer was lost.
 *
 * @param finished submissions whose entries this write removes
 */
export async function reserve(
  quotas: QuotaTable,
  wanted: Wanted,
  finished: readonly string[],
): Promise<Reservation> {
  checkCount(wanted);
  if (wanted.count === 0) return { ok: true };
  let at = quotas.clock.now();
  return untilSettled(async () => {
    const answer = await take(quotas, [wanted], at, finished);
    if (answer === undefined || "ok" in answer) return answer;
    at = accountTime(answer, quotas.clock.now());
    return afterRefusal(quotas, answer, { ...wanted, at });
  });
}

/**
 * Reserves the units of several submissions against one quota in one update, all of them or none.
 *
 * @param together at least one, no submission twice
 * @returns undefined where each must ask by itself: not all fit, or the period or the day must be opened first
 */
export async function reserveTogether(
  quotas: QuotaTable,
  together: readonly Wanted[],
  finished: readonly string[],
): Promise<Taken | undefined> {
  together.forEach(checkCount);
  const answer = await untilSettled(() => take(quotas, together, quotas.clock.now(), finished));
  return "ok" in answer ? answer : undefined;
}

function checkCount({ count }: Wanted): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError("count of emails");
}

/** The quota as it was if it refused the units; undefined if it turned out to be elsewhere. */
async function take(
  quotas: QuotaTable,
  wanted: readonly Wanted[],
  at: number,
  finished: readonly string[],
): Promise<Taken | Quota | undefined> {
  const accountId = accountOf(wanted);
  const holder = holderOf(quotas, accountId);
  try {
    const { Attributes } = await quotas.client.send(
      new UpdateCommand({
        TableName: quotas.table,
        Key: quotaKey(holder),
        ...takingUpdate(wanted, { holder, at, finished }),
        ReturnValues: "UPDATED_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return takenOf(holder, unitsOf(wanted), takenSchema.parse(Attributes));
  } catch (error) {
    const item = quotaBehind(error);
    if (holder === accountId && isElsewhere(quotas, accountId, item)) return undefined;
    return quotaSchema.parse(item);
  }
}

/** What is set to itself is not changed, but it is in the answer. */
const answered =
  "monthLimit = monthLimit, periodStart = periodStart, overageCap = if_not_exists(overageCap, :none)";

function takingUpdate(
  wanted: readonly Wanted[],
  { holder, at, finished }: { holder: number; at: number; finished: readonly string[] },
) {
  const entries = wanted.map(({ accountId, count }, place) => {
    const by = accountId === holder ? {} : { by: accountId };
    return [`:entry${place}`, { n: count, at, released: 0, ...by }];
  });
  return {
    UpdateExpression:
      `SET remaining = remaining - :n, dayRemaining = dayRemaining - :n, ${answered}, ` +
      wanted.map((_, place) => `pending.#s${place} = :entry${place}`).join(", ") +
      removal(finished),
    ConditionExpression:
      "periodStart <= :at AND periodEnd > :at AND #day = :today " +
      "AND remaining >= :n AND dayRemaining >= :n AND size(pending) <= :most AND " +
      wanted.map((_, place) => `attribute_not_exists(pending.#s${place})`).join(" AND "),
    ExpressionAttributeNames: {
      "#day": "day",
      ...namesOf(
        "#s",
        wanted.map(({ submissionId }) => submissionId),
      ),
      ...namesOf("#f", finished),
    },
    ExpressionAttributeValues: {
      ":n": unitsOf(wanted),
      ":at": at,
      ":today": dayOf(at),
      ":most": mostPending - wanted.length,
      ":none": 0,
      ...Object.fromEntries(entries),
    },
  };
}

function takenOf(accountId: number, units: number, after: z.infer<typeof takenSchema>): Taken {
  const used = usedOf(after);
  const thresholds = thresholdsBetween(after, used - units, used);
  if (thresholds.length === 0) return { ok: true };
  const { periodStart, monthLimit, remaining, overageCap } = after;
  const use = { accountId, periodStart, monthLimit, remaining, overageCap };
  return { ok: true, crossed: { ...use, used, overageUsed: overageOf(after, used), thresholds } };
}

function unitsOf(wanted: readonly Wanted[]): number {
  return wanted.reduce((sum, { count }) => sum + count, 0);
}

function accountOf([first]: readonly Wanted[]): number {
  if (first === undefined) throw new RangeError("no submission");
  return first.accountId;
}

/** @throws PosternError `forbidden` if the account has no quota: it has never been given a plan, or is being erased */
function quotaBehind(error: unknown): object {
  const refusal = refusedWrite(error);
  if (refusal === undefined) throw error;
  if (refusal.item === undefined) throw new PosternError("forbidden", { cause: error });
  return refusal.item;
}

async function afterRefusal(
  quotas: QuotaTable,
  seen: Quota,
  wanted: Wanted & { at: number },
): Promise<Reservation | undefined> {
  const refusal = whyRefused(seen, wanted);
  switch (refusal.kind) {
    case "reserved-before":
      return { ok: true, reservedBefore: refusal.units };
    case "spent":
      return refusal.reservation;
    case "crowded":
      throw new PosternError("rate_limited", { retryAfterSeconds: crowdedSeconds });
    case "period-over":
      await closePeriod(quotas, seen, wanted.at);
      return undefined;
    case "day-over":
      await openDay(quotas, seen.accountId, wanted.at);
      return undefined;
    case "none":
      return undefined;
  }
}

function removal(finished: readonly string[]): string {
  if (finished.length === 0) return "";
  return ` REMOVE ${finished.map((_, place) => `pending.#f${place}`).join(", ")}`;
}

function namesOf(prefix: string, submissionIds: readonly string[]): Record<string, string> {
  return Object.fromEntries(submissionIds.map((submissionId, place) => [`${prefix}${place}`, submissionId]));
}
