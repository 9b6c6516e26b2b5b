import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import type { Clock } from "../platform/clock.ts";
import { derivedId } from "../platform/ids.ts";
import { identityOf, type News } from "../platform/notice.ts";

/** Where notices are. */
export interface NoticeTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock: Clock;
}

/** Names a notice. */
export interface NoticeId {
  readonly accountId: number;
  readonly id: string;
}

const noticePrefix = "NOTICE#";

export function noticeKey({ accountId, id }: NoticeId): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: `${noticePrefix}${id}` };
}

/** The id that the same news always has. */
export function noticeIdOf(accountId: number, news: News): string {
  return derivedId("notice", accountId, ...identityOf(news));
}

/** The list that shows a notice, as a key of the index `byTime`. */
export function listOf(accountId: number, isArchived: boolean): string {
  return `${accountPartition(accountId)}#${isArchived ? "archived" : "current"}`;
}

/** A notice's place in its list. */
export function listedAtOf({ createdAt, id }: { readonly createdAt: number; readonly id: string }): string {
  return `${new Date(createdAt).toISOString()}#${id}`;
}

/** What a key names; the index that finds it has nothing else. */
export function noticeIdOfKey({ pk, sk }: Record<string, unknown>): NoticeId {
  return { accountId: Number(String(pk).split("#")[1]), id: String(sk).slice(noticePrefix.length) };
}
