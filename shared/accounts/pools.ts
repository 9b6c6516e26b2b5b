/** Limits tighter than the general one: requests of an account within a minute, for all routes of a pool together. */
export const pools = {
  stats: 10,
  suppressions: 10,
  "logs list": 60,
  "logs get": 1_000,
  invitations: 10,
  "setup instructions": 10,
} as const;

export type Pool = keyof typeof pools;

export const poolWindowMs = 60_000;
