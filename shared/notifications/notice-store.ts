import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../platform/batch-get.ts";
import { PosternError } from "../platform/errors.ts";
import type { News } from "../platform/notice.ts";
import { isWritten, refusedWrite, type TransactionWrite } from "../platform/refused-writes.ts";
import { wordsOf } from "./catalogue.ts";
import { type Notice, noticeSchema } from "./notice.ts";
import {
  listedAtOf,
  listOf,
  type NoticeId,
  type NoticeTable,
  noticeIdOf,
  noticeKey,
} from "./notice-table-store.ts";

const dayMs = 86_400_000;
/** Longer than any period, so that none is told again. */
const keptMs = 400 * dayMs;

export type NoticeStore = ReturnType<typeof noticeStore>;

/** The notices of every account, in the notices table. */
export function noticeStore(at: NoticeTable) {
  const { client, table, clock } = at;

  async function get(id: NoticeId): Promise<Notice | undefined> {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: noticeKey(id), ConsistentRead: true }),
    );
    return Item && noticeSchema.parse(Item);
  }

  return {
    get,

    /**
     * Notes news for an account's owner, unless it is noted already. The email is due at once.
     *
     * @returns whether it was new
     */
    async add(accountId: number, news: News): Promise<boolean> {
      const command = new PutCommand({
        TableName: table,
        Item: newItem(accountId, news, clock.now()),
        ConditionExpression: "attribute_not_exists(pk)",
      });
      return isWritten(client.send(command));
    },

    /** The writes that note news which nobody can have noted before, for the transaction that makes them true. */
    writes: (accountId: number, news: News): TransactionWrite[] => [
      { Put: { TableName: table, Item: newItem(accountId, news, clock.now()) } },
    ],

    /** Which of these news an account's owner has not been told. */
    async missing<Some extends News>(accountId: number, news: readonly Some[]): Promise<Some[]> {
      const keyOf = (one: Some) => noticeKey({ accountId, id: noticeIdOf(accountId, one) });
      const found = await batchGet(at, { keys: news.map(keyOf), attributes: ["sk"] });
      const known = new Set(found.map(({ sk }) => sk));
      return news.filter((one) => !known.has(keyOf(one).sk));
    },

    /**
     * Notices, the newest first.
     *
     * @param before the id of the last notice that was read; older ones follow
     * @throws PosternError `invalid_request` if there is no such notice
     */
    async list(
      accountId: number,
      { archived, before, limit }: { archived: boolean; before?: string | undefined; limit: number },
    ): Promise<Notice[]> {
      const last = before === undefined ? undefined : await get({ accountId, id: before });
      if (before !== undefined && last === undefined) throw new PosternError("invalid_request");
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: "byTime",
          KeyConditionExpression: `inList = :list${last ? " AND listedAt < :last" : ""}`,
          ExpressionAttributeValues: {
            ":list": listOf(accountId, archived),
            ...(last && { ":last": listedAtOf(last) }),
          },
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      return Items.map((item) => noticeSchema.parse(item));
    },

    /** Marks a notice as read or unread, archives it or takes it back; undefined if there is none. */
    async change(
      id: NoticeId,
      { read, archived }: { read?: boolean | undefined; archived?: boolean | undefined },
    ): Promise<Notice | undefined> {
      const changes = [
        ...changeOf("readAt", read),
        ...changeOf("archivedAt", archived),
        ...(archived === undefined ? [] : [{ set: "inList = :list" }]),
      ];
      if (changes.length === 0) return get(id);
      return changed(at, id, changes, {
        ...((read || archived) && { ":now": clock.now() }),
        ...(archived !== undefined && { ":list": listOf(id.accountId, archived) }),
      });
    },
  };
}

type Change = { readonly set: string } | { readonly remove: string };

/** A time that is set stays as it is. */
function changeOf(attribute: string, isSet: boolean | undefined): Change[] {
  if (isSet === undefined) return [];
  return [isSet ? { set: `${attribute} = if_not_exists(${attribute}, :now)` } : { remove: attribute }];
}

async function changed(
  { client, table }: NoticeTable,
  id: NoticeId,
  changes: readonly Change[],
  values: Record<string, unknown>,
): Promise<Notice | undefined> {
  const sets = changes.flatMap((change) => ("set" in change ? [change.set] : []));
  const removes = changes.flatMap((change) => ("remove" in change ? [change.remove] : []));
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: noticeKey(id),
        UpdateExpression: [
          ...(sets.length > 0 ? [`SET ${sets.join(", ")}`] : []),
          ...(removes.length > 0 ? [`REMOVE ${removes.join(", ")}`] : []),
        ].join(" "),
        ConditionExpression: "attribute_exists(pk)",
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
        ReturnValues: "ALL_NEW",
      }),
    );
    return noticeSchema.parse(Attributes);
  } catch (error) {
    if (refusedWrite(error)) return undefined;
    throw error;
  }
}

function newItem(accountId: number, news: News, now: number): Record<string, unknown> {
  const id = noticeIdOf(accountId, news);
  const notice: Notice = { accountId, id, kind: news.kind, createdAt: now, ...wordsOf(news) };
  const emailTo = "recipient" in news ? news.recipient : null;
  return {
    ...noticeKey(notice),
    ...notice,
    ...(emailTo !== null && { emailTo }),
    inList: listOf(accountId, false),
    listedAt: listedAtOf(notice),
    ...{ emailState: "due", emailAt: now, emailTries: 0 },
    expiresAt: Math.ceil((now + keptMs) / 1_000),
  };
}
