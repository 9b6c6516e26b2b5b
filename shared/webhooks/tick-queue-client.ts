import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { LRUCache } from "lru-cache";
import type { WebhookTick } from "../contracts/webhook-tick.ts";
import type { Clock } from "../platform/clock.ts";
import { batchSize, flushAfterSeconds } from "./retry-rules.ts";
import type { WebhookId } from "./webhook.ts";

/** A tick that is due sooner may already be read by a dispatcher that does not see the newest events. */
const safelyAheadMs = 5_000;
const rememberedWebhooks = 10_000;

export type TickQueueClient = ReturnType<typeof tickQueueClient>;

/** The queues that say when a webhook is to be looked after. */
export function tickQueueClient({
  sqs,
  queueUrl,
  slowQueueUrl = queueUrl,
  clock,
}: {
  sqs: SQSClient;
  queueUrl: string;
  /** For what may take long; of no use to who sends nothing of that kind. */
  slowQueueUrl?: string;
  clock: Clock;
}) {
  /** What this process has arranged: when its last tick is due, and how many events it let wait for one. */
  const arranged = new LRUCache<string, { dueAt: number; waiting: number }>({ max: rememberedWebhooks });

  async function send(tick: WebhookTick, delaySeconds = 0): Promise<void> {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: tick.slow ? slowQueueUrl : queueUrl,
        MessageBody: JSON.stringify(tick),
        DelaySeconds: delaySeconds,
      }),
    );
  }

  return {
    send,

    /**
     * Makes sure that events that wait now are sent within 30 s, or at once where a whole call's worth of
     * them waits; one tick serves many.
     */
    async arrange({ accountId, webhookId }: WebhookId, events: number): Promise<void> {
      const tick = { accountId, webhookId };
      const now = clock.now();
      const known = arranged.get(String(webhookId));
      // What waited for a tick that is due went with it.
      const { dueAt, waiting } =
        known !== undefined && known.dueAt > now + safelyAheadMs ? known : { dueAt: 0, waiting: 0 };
      const total = waiting + events;
      if (total >= batchSize) {
        await send(tick);
        arranged.set(String(webhookId), { dueAt, waiting: 0 });
      } else if (dueAt === 0) {
        await send(tick, flushAfterSeconds);
        arranged.set(String(webhookId), { dueAt: now + flushAfterSeconds * 1_000, waiting: total });
      } else {
        arranged.set(String(webhookId), { dueAt, waiting: total });
      }
    },
  };
}
