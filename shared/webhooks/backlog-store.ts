import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { batchWrite } from "../platform/batch-write.ts";
import type { Clock } from "../platform/clock.ts";
import { backlogKey, backlogPrefix } from "./keys.ts";
import type { WebhookId } from "./webhook.ts";

/** As long as the longest log: what a paused webhook has missed for longer is given up. */
const keptSeconds = 30 * 24 * 3600;

/** An event that waits for a webhook. */
export interface WaitingEvent {
  readonly webhookId: number;
  /** Epoch ms at which it happened. */
  readonly at: number;
  readonly eventId: string;
  /** JSON text. */
  readonly payload: string;
}

/** Waiting events as they are read; `key` is for removing them. */
export interface Backlog {
  readonly events: readonly { readonly key: string; readonly payload: string }[];
  /** Whether more are waiting. */
  readonly more: boolean;
}

export type BacklogStore = ReturnType<typeof backlogStore>;

/** Events on their way to webhooks, in the webhooks table. */
export function backlogStore(at: { client: DynamoDBDocumentClient; table: string; clock: Clock }) {
  async function oldest({ accountId, webhookId }: WebhookId, most: number): Promise<Backlog> {
    const { Items = [], LastEvaluatedKey } = await at.client.send(
      new QueryCommand({
        TableName: at.table,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: {
          ":pk": accountPartition(accountId),
          ":prefix": backlogPrefix(webhookId),
        },
        Limit: most,
        ConsistentRead: true,
      }),
    );
    const events = Items.map(({ sk, payload }) => ({ key: String(sk), payload: String(payload) }));
    return { events, more: LastEvaluatedKey !== undefined };
  }

  async function remove(accountId: number, keys: readonly string[]): Promise<void> {
    const pk = accountPartition(accountId);
    await batchWrite(
      at,
      keys.map((sk) => ({ DeleteRequest: { Key: { pk, sk } } })),
    );
  }

  return {
    /** Lets events wait; one that waits already is the same item. */
    async put(accountId: number, events: readonly WaitingEvent[]): Promise<void> {
      const pk = accountPartition(accountId);
      const expiresAt = Math.floor(at.clock.now() / 1000) + keptSeconds;
      const items = events.map((event) => ({
        pk,
        sk: backlogKey(event.webhookId, event),
        payload: event.payload,
        expiresAt,
      }));
      const distinct = new Map(items.map((item) => [item.sk, item]));
      await batchWrite(
        at,
        [...distinct.values()].map((Item) => ({ PutRequest: { Item } })),
      );
    },

    /** The oldest events that wait for a webhook, about a megabyte of them at most. */
    oldest,

    remove,

    /**
     * Removes what waits for a webhook, as for one that is gone, for as long as there is time.
     *
     * @returns whether nothing waits any more
     */
    async purge(id: WebhookId, isTimeLeft: () => boolean): Promise<boolean> {
      for (;;) {
        const { events, more } = await oldest(id, 1_000);
        await remove(
          id.accountId,
          events.map(({ key }) => key),
        );
        if (!more) return true;
        if (!isTimeLeft()) return false;
      }
    },
  };
}
