import type { AccountLimits } from "./account.ts";

interface PoolRule {
  readonly usual: number;
  /** The limit of the account's own that counts instead, if the operator has set it. */
  readonly raisedBy?: keyof AccountLimits;
  /** A minute unless given. */
  readonly windowMs?: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Limits tighter than the general one: requests of an account within a minute or an hour, for all routes of a pool together. */
const pools = {
  stats: { usual: 10, raisedBy: "statsPerMinute" },
  suppressions: { usual: 10, raisedBy: "suppressionsPerMinute" },
  "logs list": { usual: 60, raisedBy: "logListsPerMinute" },
  "logs get": { usual: 1_000, raisedBy: "logGetsPerMinute" },
  invitations: { usual: 10 },
  "setup instructions": { usual: 10 },
  // Each reads the log's events of a month and more.
  "webhook replays": { usual: 10, windowMs: hourMs },
  "webhook tests": { usual: 10 },
} as const satisfies Record<string, PoolRule>;

export type Pool = keyof typeof pools;

/** How many requests an account may make to a pool, and in how long a time. */
export function poolLimit(limits: AccountLimits, pool: Pool): { limit: number; windowMs: number } {
  const { usual, raisedBy, windowMs = minuteMs }: PoolRule = pools[pool];
  return { limit: (raisedBy && limits[raisedBy]) ?? usual, windowMs };
}
