import { GetCommand, QueryCommand, type QueryCommandOutput } from "@aws-sdk/lib-dynamodb";
import type { MessageEvent } from "../contracts/message-event.ts";
import { accountPartition } from "../platform/account-partition.ts";
import { batchGet } from "../platform/batch-get.ts";
import { eventOf, eventsPrefix } from "./event-items.ts";
import type { LogTable } from "./log-index-store.ts";
import type { MessageId, MessageRow } from "./message.ts";
import { keyOf, rowOf } from "./row-store.ts";

export type LogRowStore = ReturnType<typeof logRowStore>;

/** What the log shows of messages, once it is known which. */
export function logRowStore(table: LogTable) {
  return {
    /** Rows in the order of the ids; what has expired is left out. */
    rows: (accountId: number, messageIds: readonly string[]) => rows(table, accountId, messageIds),

    /** A message with its events, in the order in which they happened; undefined where the log has none. */
    message: (id: MessageId) => message(table, id),
  };
}

async function rows(
  table: LogTable,
  accountId: number,
  messageIds: readonly string[],
): Promise<MessageRow[]> {
  const items = await batchGet(table, {
    keys: messageIds.map((messageId) => keyOf({ accountId, messageId })),
  });
  const byId = new Map(items.map(rowOf).map((row) => [row.messageId, row]));
  return messageIds.flatMap((messageId) => byId.get(messageId) ?? []);
}

async function message(
  { client, table }: LogTable,
  id: MessageId,
): Promise<{ row: MessageRow; events: MessageEvent[] } | undefined> {
  const [{ Item }, events] = await Promise.all([
    client.send(new GetCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true })),
    eventsOf({ client, table }, id),
  ]);
  if (Item === undefined || Item["logged"] !== true) return undefined;
  return { row: rowOf(Item), events: events.sort((a, b) => a.at - b.at) };
}

async function eventsOf({ client, table }: LogTable, id: MessageId): Promise<MessageEvent[]> {
  const events: MessageEvent[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: {
          ":pk": accountPartition(id.accountId),
          ":prefix": eventsPrefix(id.messageId),
        },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    events.push(...Items.map(eventOf));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return events;
}
