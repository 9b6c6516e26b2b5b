import type { AccountLimits } from "./account.ts";

interface PoolRule {
  readonly usual: number;
  /** The limit of the account's own that counts instead, if the operator has set it. */
  readonly raisedBy?: keyof AccountLimits;
}

/** Limits tighter than the general one: requests of an account within a minute, for all routes of a pool together. */
const pools = {
  stats: { usual: 10, raisedBy: "statsPerMinute" },
  suppressions: { usual: 10, raisedBy: "suppressionsPerMinute" },
  "logs list": { usual: 60, raisedBy: "logListsPerMinute" },
  "logs get": { usual: 1_000, raisedBy: "logGetsPerMinute" },
  invitations: { usual: 10 },
  "setup instructions": { usual: 10 },
  "webhook tests": { usual: 10 },
} as const satisfies Record<string, PoolRule>;

export type Pool = keyof typeof pools;

export const poolWindowMs = 60_000;

/** How many requests an account may make to a pool in a minute. */
export function poolLimit(limits: AccountLimits, pool: Pool): number {
  const { usual, raisedBy }: PoolRule = pools[pool];
  return (raisedBy && limits[raisedBy]) ?? usual;
}
