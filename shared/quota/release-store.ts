import { TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { refusedTransaction, refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { dayOf, periodContaining } from "./periods.ts";
import type { Pending, Quota } from "./quota.ts";
import { periodKey, type QuotaTable, quotaKey, readQuota, untilSettled } from "./quota-table-store.ts";

type Update = NonNullable<TransactionWrite["Update"]>;

interface GiveBack {
  submissionId: string;
  /** The entry as it was seen. */
  entry: Pending;
  /** Units given back in all after this. */
  total: number;
  /** Removes the entry even if some of its units stay used. */
  settle: boolean;
}

/**
 * Gives back units of a submission: `count` of them in all, counted from its beginning. Called again with
 * the same count it changes nothing, with a greater one it gives back the difference; a submission that is
 * settled or was never reserved is left alone.
 */
export async function release(
  quotas: QuotaTable,
  { accountId, submissionId, count }: { accountId: number; submissionId: string; count: number },
): Promise<void> {
  await untilSettled(async () => {
    const quota = await readQuota(quotas, accountId);
    const entry = quota?.pending[submissionId];
    if (quota === undefined || entry === undefined) return true;
    const total = Math.min(count, entry.n);
    if (total <= entry.released) return true;
    return giveBack(quotas, quota, { submissionId, entry, total, settle: total === entry.n });
  });
}

/**
 * Ends a submission that nobody confirmed: gives back units up to `total` and removes its entry.
 *
 * @returns false if the entry has changed since it was seen
 */
export async function settle(
  quotas: QuotaTable,
  wanted: { accountId: number; submissionId: string; entry: Pending; total: number },
): Promise<boolean> {
  const { accountId, submissionId, entry } = wanted;
  const total = Math.max(wanted.total, entry.released);
  return untilSettled(async () => {
    const quota = await readQuota(quotas, accountId);
    if (quota === undefined || !isSame(quota.pending[submissionId], entry)) return false;
    return giveBack(quotas, quota, { submissionId, entry, total, settle: true });
  });
}

function isSame(current: Pending | undefined, seen: Pending): boolean {
  return (
    current !== undefined &&
    current.n === seen.n &&
    current.at === seen.at &&
    current.released === seen.released &&
    current.by === seen.by
  );
}

/** True when it is done; undefined if the quota is no longer as it was seen. */
async function giveBack(quotas: QuotaTable, seen: Quota, wanted: GiveBack): Promise<true | undefined> {
  const { client, table } = quotas;
  const { entry, total } = wanted;
  const units = total - entry.released;
  const change = changeOfQuota(table, seen, wanted);
  try {
    if (units > 0 && entry.at < seen.periodStart) {
      const Update = correctionOfPeriod(table, seen, entry.at, units);
      await client.send(new TransactWriteCommand({ TransactItems: [{ Update: change }, { Update }] }));
    } else {
      await client.send(new UpdateCommand(change));
    }
    return true;
  } catch (error) {
    if (refusedWrite(error) ?? refusedTransaction(error)) return undefined;
    throw error;
  }
}

function changeOfQuota(table: string, seen: Quota, wanted: GiveBack): Update {
  const { submissionId, entry, total, settle } = wanted;
  const month = entry.at >= seen.periodStart ? total - entry.released : 0;
  const day = dayOf(entry.at) === seen.day ? total - entry.released : 0;
  const counters = "SET remaining = remaining + :month, dayRemaining = dayRemaining + :day";
  return {
    TableName: table,
    Key: quotaKey(seen.accountId),
    UpdateExpression: settle ? `${counters} REMOVE pending.#s` : `${counters}, pending.#s = :after`,
    ConditionExpression: "pending.#s = :entry AND periodStart = :start AND #day = :today",
    ExpressionAttributeNames: { "#s": submissionId, "#day": "day" },
    ExpressionAttributeValues: {
      ":month": month,
      ":day": day,
      ":entry": entry,
      ":start": seen.periodStart,
      ":today": seen.day,
      ...(settle ? {} : { ":after": { ...entry, released: total } }),
    },
  };
}

/** The units were used in a period that is closed: its record says so no longer. */
function correctionOfPeriod(table: string, seen: Quota, at: number, units: number): Update {
  return {
    TableName: table,
    Key: periodKey(seen.accountId, periodContaining(seen.anchor, at).start),
    UpdateExpression: "SET used = used - :units",
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeValues: { ":units": units },
  };
}
