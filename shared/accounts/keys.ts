import { accountPartition } from "../platform/account-partition.ts";

interface Key {
  pk: string;
  sk: string;
}

export function accountKey(accountId: number): Key {
  return { pk: accountPartition(accountId), sk: "ACCOUNT" };
}

export function tokenKey(accountId: number, tokenId: number): Key {
  return { pk: accountPartition(accountId), sk: `TOKEN#${tokenId}` };
}

/** The one item that hands out ids of accounts, tokens and domains. */
export const sequenceKey: Key = { pk: "SEQUENCE", sk: "SEQUENCE" };
