import { accountPartition } from "../platform/account-partition.ts";

interface Key {
  pk: string;
  sk: string;
}

export function accountKey(accountId: number): Key {
  return { pk: accountPartition(accountId), sk: "ACCOUNT" };
}

/** What the keys of an account's tokens begin with. */
export const tokenPrefix = "TOKEN#";

export function tokenKey(accountId: number, tokenId: number): Key {
  return { pk: accountPartition(accountId), sk: `${tokenPrefix}${tokenId}` };
}

/** The item that counts the tokens which an account has deleted. */
export function tokenGuardKey(accountId: number): Key {
  return { pk: accountPartition(accountId), sk: "TOKENS" };
}

/** What the keys of those begin with who have access to an account. */
export const accessPrefix = "ACCESS#";

export function accessKey(accountId: number, accessId: number): Key {
  return { pk: accountPartition(accountId), sk: `${accessPrefix}${accessId}` };
}

/** The item that counts how often somebody was given access to an account. */
export function accessGuardKey(accountId: number): Key {
  return { pk: accountPartition(accountId), sk: "ACCESSES" };
}

/** What the keys of an account's audit log begin with. */
export const auditPrefix = "AUDIT#";

export function auditKey(accountId: number, entryId: string): Key {
  return { pk: accountPartition(accountId), sk: `${auditPrefix}${entryId}` };
}

/** What the keys of those entries begin with that webhooks have not heard of, or whose change has not ended. */
export const unsettledPrefix = "UNSETTLED#";

export function unsettledKey(accountId: number, entryId: string): Key {
  return { pk: accountPartition(accountId), sk: `${unsettledPrefix}${entryId}` };
}

/** A user, of whatever accounts. */
export function userKey(email: string): Key {
  return { pk: `USER#${email.toLowerCase()}`, sk: "USER" };
}

export function organizationKey(organizationId: number): Key {
  return { pk: organizationPartition(organizationId), sk: "ORGANIZATION" };
}

export function organizationPartition(organizationId: number): string {
  return `ORGANIZATION#${organizationId}`;
}

/** What the keys of an organization's accounts begin with. */
export const memberPrefix = "ACCOUNT#";

export function memberKey(organizationId: number, accountId: number): Key {
  return { pk: organizationPartition(organizationId), sk: `${memberPrefix}${accountId}` };
}

/** The one item that hands out ids of accounts, tokens and domains. */
export const sequenceKey: Key = { pk: "SEQUENCE", sk: "SEQUENCE" };
