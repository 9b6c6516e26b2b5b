import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { LRUCache } from "lru-cache";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { PosternError } from "../platform/errors.ts";
import { LeasedUnits, shareOf } from "../platform/leased-units.ts";
import { refusedWrite } from "../platform/refused-writes.ts";
import type { Account } from "./account.ts";
import { type Pool, poolLimit } from "./pools.ts";
import type { Token } from "./token.ts";

const windowMs = 10_000;
/** DynamoDB removes a window's counter some time after this, longer than any window; it counts no longer anyway. */
const keptSeconds = 7_200;
// A cache takes its whole room at once, and with it time of a cold start.
const rememberedWindows = 1_000;

/** What is counted: requests under a name, so many in each window of so long. */
interface Limit {
  readonly accountId: number;
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** One window of a limit, as this process knows it. */
interface Window {
  readonly lease: LeasedUnits;
  /** What the limit had left when this process last asked. */
  remaining: number;
  /** Whether nothing is left, so that a client that keeps knocking costs no more calls. */
  isSpent: boolean;
}

export type RateLimitStore = ReturnType<typeof rateLimitStore>;

/**
 * The request limits: of each token in general (fixed windows of 10 s), and of each account for some routes
 * (a minute, or an hour), in the counters table. Of a high limit a process takes several at once.
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
  // The limit is in the key: raised, it counts at once.
  const windows = new LRUCache<string, Window>({ max: rememberedWindows });

  return {
    /**
     * Counts one request of a token.
     *
     * @returns how many the window has left; of a high limit, about
     * @throws PosternError `rate_limited`, with the whole seconds until the window ends
     */
    take(account: Account, token: Token): Promise<number> {
      const limit = account.limits.requestsPer10Seconds;
      return takeOne({ accountId: account.id, name: `RATE#${token.id}`, limit, windowMs });
    },

    /**
     * Counts one request of an account to the routes of a pool.
     *
     * @returns how many the window has left
     * @throws PosternError `rate_limited`, with the whole seconds until the window ends
     */
    takeFromPool(account: Account, pool: Pool): Promise<number> {
      const name = `POOL#${pool.replaceAll(" ", "-")}`;
      return takeOne({ accountId: account.id, name, ...poolLimit(account.limits, pool) });
    },
  };

  async function takeOne(limit: Limit): Promise<number> {
    const now = clock.now();
    const windowStart = now - (now % limit.windowMs);
    const window = windowOf(limit, windowStart);
    if (window.isSpent || !(await window.lease.take(1))) {
      window.isSpent = true;
      throw new PosternError("rate_limited", {
        retryAfterSeconds: Math.ceil((windowStart + limit.windowMs - now) / 1_000),
      });
    }
    return window.remaining;
  }

  function windowOf(limit: Limit, windowStart: number): Window {
    const key = `${limit.accountId}/${limit.name}/${limit.limit}/${windowStart}`;
    const known = windows.get(key);
    if (known) return known;
    const window: Window = {
      remaining: limit.limit,
      isSpent: false,
      lease: new LeasedUnits(shareOf(limit.limit), async (requests) => {
        const counted = await count(limit, windowStart, requests);
        window.remaining = Math.max(limit.limit - (counted ?? limit.limit), 0);
        return counted !== undefined;
      }),
    };
    windows.set(key, window);
    return window;
  }

  /** @returns what the window counts then; undefined where it does not hold so many any more */
  async function count(
    { accountId, name, limit }: Limit,
    windowStart: number,
    requests: number,
  ): Promise<number | undefined> {
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: accountPartition(accountId), sk: `${name}#${windowStart / 1_000}` },
          UpdateExpression: "SET expiresAt = :expiresAt ADD requests :count",
          ConditionExpression: "attribute_not_exists(requests) OR requests <= :most",
          ExpressionAttributeValues: {
            ":count": requests,
            ":most": limit - requests,
            ":expiresAt": windowStart / 1_000 + keptSeconds,
          },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      return Number(Attributes?.["requests"]);
    } catch (error) {
      if (refusedWrite(error)) return undefined;
      throw error;
    }
  }
}
