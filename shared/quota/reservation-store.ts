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
  if (!Number.isSafeInteger(wanted.count) || wanted.count < 0) throw new RangeError("count of emails");
  if (wanted.count === 0) return { ok: true };
  let at = quotas.clock.now();
  return untilSettled(async () => {
    const seen = await take(quotas, wanted, at, finished);
    if (seen === undefined) return { ok: true };
    at = accountTime(seen, quotas.clock.now());
    return afterRefusal(quotas, seen, { ...wanted, at });
  });
}

/** The quota that refused the units; undefined if they are reserved. */
async function take(
  { client, table }: QuotaTable,
  { accountId, submissionId, count }: Wanted,
  at: number,
  finished: readonly string[],
): Promise<Quota | undefined> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: quotaKey(accountId),
        UpdateExpression:
          "SET remaining = remaining - :n, dayRemaining = dayRemaining - :n, pending.#s = :entry" +
          removal(finished),
        ConditionExpression:
          "periodStart <= :at AND periodEnd > :at AND #day = :today " +
          "AND remaining >= :n AND dayRemaining >= :n " +
          "AND attribute_not_exists(pending.#s) AND size(pending) < :most",
        ExpressionAttributeNames: { "#day": "day", "#s": submissionId, ...namesOf(finished) },
        ExpressionAttributeValues: {
          ":n": count,
          ":at": at,
          ":today": dayOf(at),
          ":most": mostPending,
          ":entry": { n: count, at, released: 0 },
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return undefined;
  } catch (error) {
    return quotaBehind(error);
  }
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

function namesOf(finished: readonly string[]): Record<string, string> {
  return Object.fromEntries(finished.map((submissionId, place) => [`#f${place}`, submissionId]));
}
