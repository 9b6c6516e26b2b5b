import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { MessageEvent } from "../contracts/message-event.ts";
import { accountPartition } from "../platform/account-partition.ts";
import { batchGet } from "../platform/batch-get.ts";
import { eventOf, eventsPrefix } from "./event-items.ts";
import type { MessageRow } from "./message.ts";
import { keyOf, rowOf } from "./row-store.ts";

/** No event is about an older message: rows do not live longer. */
const longestLifeMs = 30 * 24 * 3600_000;

export interface PastEventsQuery {
  readonly accountId: number;
  /** Epoch ms of the first and the last event. */
  readonly from: number;
  readonly to: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

export interface PastEvents {
  readonly events: readonly { readonly event: MessageEvent; readonly row: MessageRow | undefined }[];
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

export type PastEventsStore = ReturnType<typeof pastEventsStore>;

/** Events of the log by the time at which they happened, in no order. */
export function pastEventsStore(from: { client: DynamoDBDocumentClient; table: string }) {
  return {
    /** A megabyte of the log's events, and those of them that happened in time, with their messages. */
    async page(query: PastEventsQuery): Promise<PastEvents> {
      const { events, next } = await readEvents(from, query);
      const messages = new Map(events.map((event) => [event.messageId, event]));
      const items = await batchGet(from, { keys: [...messages.values()].map(keyOf) });
      const rows = new Map(items.map(rowOf).map((row) => [row.messageId, row]));
      return { events: events.map((event) => ({ event, row: rows.get(event.messageId) })), next };
    },
  };
}

// Events lie by their message's id, which tells when the message was accepted: before the event, and not long.
async function readEvents(
  { client, table }: { client: DynamoDBDocumentClient; table: string },
  { accountId, from, to, after }: PastEventsQuery,
): Promise<{ events: MessageEvent[]; next: string | undefined }> {
  const pk = accountPartition(accountId);
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :first AND :last",
      FilterExpression: "#at BETWEEN :from AND :to",
      ExpressionAttributeNames: { "#at": "at" },
      ExpressionAttributeValues: {
        ":pk": pk,
        ":first": eventsSince(Math.max(0, from - longestLifeMs)),
        ":last": eventsSince(to + 1),
        ":from": from,
        ":to": to,
      },
      ...(after !== undefined && { ExclusiveStartKey: { pk, sk: after } }),
    }),
  );
  return { events: Items.map(eventOf), next: LastEvaluatedKey?.["sk"] };
}

/** What the keys of events of messages that were accepted then or later are not before. */
function eventsSince(epochMs: number): string {
  const time = epochMs.toString(16).padStart(12, "0");
  return eventsPrefix(`${time.slice(0, 8)}-${time.slice(8)}`).slice(0, -1);
}
