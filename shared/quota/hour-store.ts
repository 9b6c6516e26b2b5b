import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { LRUCache } from "lru-cache";
import * as z from "zod";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { LeasedUnits, shareOf } from "../platform/leased-units.ts";
import { refusedWrite } from "../platform/refused-writes.ts";
import { hourOf, nextHour } from "./periods.ts";

// A cache takes its whole room at once, and with it time of a cold start.
const rememberedAccounts = 1_000;
const keptSeconds = 7_200;
const hourSchema = z.object({ taken: z.number() });

export type HourStore = ReturnType<typeof hourStore>;

/**
 * How many emails of each account have gone out in the current UTC hour, in the counters table. Of a high
 * limit a process takes several at once.
 */
export function hourStore({
  client,
  table,
  clock,
}: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}) {
  // What was taken of an hour only grows: who knows that it is full need not ask again.
  const known = new LRUCache<number, { hour: string; taken: number }>({ max: rememberedAccounts });
  const leases = new LRUCache<string, LeasedUnits>({ max: rememberedAccounts });

  return {
    /**
     * Takes a number of emails from the account's hour, all or none. It holds back, it does not bill: an
     * email that is tried again takes again.
     *
     * @returns when the next hour begins (epoch ms), if they do not fit
     */
    async take(
      accountId: number,
      count: number,
      limit: number,
    ): Promise<{ ok: true } | { ok: false; nextHour: number }> {
      const now = clock.now();
      const hour = hourOf(now);
      // An hour nobody took from has no item whose condition could refuse.
      if (count <= limit && (await leaseOf(accountId, hour, limit).take(count))) return { ok: true };
      return { ok: false, nextHour: nextHour(now) };
    },
  };

  function leaseOf(accountId: number, hour: string, limit: number): LeasedUnits {
    const key = `${accountId}/${hour}/${limit}`;
    const lease =
      leases.get(key) ?? new LeasedUnits(shareOf(limit), (count) => add(accountId, hour, count, limit));
    leases.set(key, lease);
    return lease;
  }

  async function add(accountId: number, hour: string, count: number, limit: number): Promise<boolean> {
    const seen = known.get(accountId);
    if (seen?.hour === hour && seen.taken + count > limit) return false;
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: accountPartition(accountId), sk: `HOUR#${hour}` },
          UpdateExpression: "SET expiresAt = :expiresAt ADD taken :count",
          ConditionExpression: "attribute_not_exists(taken) OR taken <= :most",
          ExpressionAttributeValues: {
            ":count": count,
            ":most": limit - count,
            ":expiresAt": Math.floor(clock.now() / 1_000) + keptSeconds,
          },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      return true;
    } catch (error) {
      const refusal = refusedWrite(error);
      if (refusal === undefined) throw error;
      known.set(accountId, { hour, taken: hourSchema.parse(refusal.item).taken });
      return false;
    }
  }
}
