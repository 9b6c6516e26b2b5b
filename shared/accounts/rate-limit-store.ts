import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { LRUCache } from "lru-cache";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { LeasedUnits, shareOf } from "../platform/leased-units.ts";
import { refusedWrite } from "../platform/refused-writes.ts";
import type { Account } from "./account.ts";
import type { Token } from "./token.ts";

const windowMs = 10_000;
/** DynamoDB removes a window's counter some time after this; it counts no longer anyway. */
const keptSeconds = 3_600;
// A cache takes its whole room at once, and with it time of a cold start.
const rememberedTokens = 1_000;

interface Count {
  readonly accountId: number;
  readonly window: string;
  readonly requests: number;
  readonly limit: number;
  readonly windowStart: number;
}

export type RateLimitStore = ReturnType<typeof rateLimitStore>;

/**
 * The general rate limit: requests of each token in fixed windows of 10 s, in the counters table. Of a high
 * limit a process takes several at once.
 */
export function rateLimitStore({
  client,
  table,
  clock,
}: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}) {
  // Windows known to be spent, so that a client that keeps knocking costs no more calls. The limit is in
  // the key: raised, it counts at once.
  const spent = new LRUCache<string, true>({ max: rememberedTokens });
  const leases = new LRUCache<string, LeasedUnits>({ max: rememberedTokens });

  return {
    /**
     * Counts one request of a token.
     *
     * @throws PosternError `rate_limited`, with the whole seconds until the window ends
     */
    async take(account: Account, token: Token): Promise<void> {
      const now = clock.now();
      const windowStart = now - (now % windowMs);
      const limit = account.limits.requestsPer10Seconds;
      const window = `RATE#${token.id}#${windowStart / 1_000}`;
      const known = `${limit}/${window}`;
      if (spent.has(known) || !(await leaseOf(account.id, window, limit, windowStart).take(1))) {
        spent.set(known, true);
        throw new PosternError("rate_limited", {
          retryAfterSeconds: Math.ceil((windowStart + windowMs - now) / 1_000),
        });
      }
    },
  };

  function leaseOf(accountId: number, window: string, limit: number, windowStart: number): LeasedUnits {
    const known = `${limit}/${window}`;
    const lease =
      leases.get(known) ??
      new LeasedUnits(shareOf(limit), (requests) =>
        count({ accountId, window, requests, limit, windowStart }),
      );
    leases.set(known, lease);
    return lease;
  }

  async function count({ accountId, window, requests, limit, windowStart }: Count): Promise<boolean> {
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: accountPartition(accountId), sk: window },
          UpdateExpression: "SET expiresAt = :expiresAt ADD requests :count",
          ConditionExpression: "attribute_not_exists(requests) OR requests <= :most",
          ExpressionAttributeValues: {
            ":count": requests,
            ":most": limit - requests,
            ":expiresAt": windowStart / 1_000 + keptSeconds,
          },
        }),
      );
      return true;
    } catch (error) {
      if (refusedWrite(error)) return false;
      throw error;
    }
  }
}
