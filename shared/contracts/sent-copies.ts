/**
 * For how many days copies of what was sent may lie: each number has a folder in the log bucket, which empties
 * itself by a rule of its own. A day longer than the plans' logs, which count whole days besides today.
 */
export const copyDays = [4, 6, 16, 31] as const;

export type CopyDays = (typeof copyDays)[number];

/** Where all copies lie in the log bucket. */
export const copiesFolder = "sent/";

export function copyFolder(days: number): string {
  return `${copiesFolder}${days}/`;
}
