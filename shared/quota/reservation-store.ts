import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { PosternError } from "../platform/errors.ts";
import { refusedWrite } from "../platform/refused-writes.ts";
import { closePeriod, openDay } from "./period-store.ts";
import { dayOf } from "./periods.ts";
import { accountTime, mostPending, type Quota, quotaSchema, type Reservation, whyRefused } from "./quota.ts";
import { type QuotaTable, quotaKey, untilSettled } from "./quota-table-store.ts";

export interface Wanted {
  accountId: number;
  submissionId: string;
  /** Emails: one for each recipient. */
  count: number;
}

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
    const seen = await take(quotas, [wanted], at, finished);
    if (seen === undefined) return { ok: true };
    at = accountTime(seen, quotas.clock.now());
    return afterRefusal(quotas, seen, { ...wanted, at });
  });
}

/**
 * Reserves the units of several submissions of one account in one update, all of them or none.
 *
 * @param together at least one, no submission twice
 * @returns false where each must ask by itself: not all fit, or the period or the day must be opened first
 */
export async function reserveTogether(
  quotas: QuotaTable,
  together: readonly Wanted[],
  finished: readonly string[],
): Promise<boolean> {
  together.forEach(checkCount);
  return untilSettled(async () => (await take(quotas, together, quotas.clock.now(), finished)) === undefined);
}

function checkCount({ count }: Wanted): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError("count of emails");
}

/** The quota that refused the units; undefined if they are reserved. */
async function take(
  { client, table }: QuotaTable,
  wanted: readonly Wanted[],
  at: number,
  finished: readonly string[],
): Promise<Quota | undefined> {
  const entries = wanted.map(({ count }, place) => [`:entry${place}`, { n: count, at, released: 0 }]);
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: quotaKey(accountOf(wanted)),
        UpdateExpression:
          "SET remaining = remaining - :n, dayRemaining = dayRemaining - :n, " +
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
          ":n": wanted.reduce((sum, { count }) => sum + count, 0),
          ":at": at,
          ":today": dayOf(at),
          ":most": mostPending - wanted.length,
          ...Object.fromEntries(entries),
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return undefined;
  } catch (error) {
    return quotaBehind(error);
  }
}

function accountOf([first]: readonly Wanted[]): number {
  if (first === undefined) throw new RangeError("no submission");
  return first.accountId;
}

/** @throws PosternError `forbidden` if the account has no quota: it has never been given a plan, or is being erased */
function quotaBehind(error: unknown): Quota {
  const refusal = refusedWrite(error);
  if (refusal === undefined) throw error;
  if (refusal.item === undefined) throw new PosternError("forbidden", { cause: error });
  return quotaSchema.parse(refusal.item);
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
