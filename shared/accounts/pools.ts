import type { AccountLimits } from "./account.ts";

/** Limits tighter than the general one: requests of an account within a minute, for all routes of a pool together. */
const pools = {
  stats: { usual: 10, raisedBy: "statsPerMinute" },
  suppressions: { usual: 10, raisedBy: "suppressionsPerMinute" },
  "logs list": { usual: 60, raisedBy: "logListsPerMinute" },
  "logs get": { usual: 1_000, raisedBy: "logGetsPerMinute" },
} as const satisfies Record<string, { usual: number; raisedBy: keyof AccountLimits }>;

export type Pool = keyof typeof pools;

export const poolWindowMs = 60_000;

/** How many requests an account may make to a pool in a minute. */
export function poolLimit(limits: AccountLimits, pool: Pool): number {
  const { usual, raisedBy } = pools[pool];
  return limits[raisedBy] ?? usual;
}
