/** The partition key of everything that belongs to an account, in every table. */
export function accountPartition(accountId: number): string {
  return `ACCOUNT#${accountId}`;
}
