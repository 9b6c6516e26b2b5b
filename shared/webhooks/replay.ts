import type { Replay, WebhookTick } from "../contracts/webhook-tick.ts";
import type { PastEventsStore } from "../messages/past-events-store.ts";
import type { BacklogStore } from "./backlog-store.ts";
import { waitingFor } from "./tell-webhooks.ts";
import type { TickQueueClient } from "./tick-queue-client.ts";
import { collects } from "./webhook.ts";
import type { WebhookStore } from "./webhook-store.ts";

export interface ReplayDeps {
  readonly webhooks: Pick<WebhookStore, "find">;
  readonly pastEvents: PastEventsStore;
  readonly backlog: Pick<BacklogStore, "put">;
  readonly ticks: Pick<TickQueueClient, "send">;
}

/** Reading a page and letting its events wait. */
const roomForPageMs = 30_000;

/**
 * Lets events of a time that is past wait once more for a webhook, under their ids; those that wait still are
 * the same items. It takes long, and so keeps to the ticks that may; what does not fit into the invocation goes
 * on with another.
 */
export async function replay(
  { webhooks, pastEvents, backlog, ticks }: ReplayDeps,
  tick: WebhookTick & { readonly replay: Replay },
  { remainingMs }: { readonly remainingMs: () => number },
): Promise<void> {
  const { accountId, webhookId, replay: wanted } = tick;
  if (!tick.slow) return await ticks.send({ ...tick, slow: true });
  const webhook = await webhooks.find({ accountId, webhookId });
  if (webhook === undefined || !collects(webhook)) return;
  let { after } = wanted;
  do {
    const page = await pastEvents.page({ accountId, ...wanted, after });
    await backlog.put(accountId, waitingFor(webhook, page.events));
    after = page.next;
  } while (after !== undefined && remainingMs() > roomForPageMs);
  await ticks.send(
    after === undefined ? { accountId, webhookId } : { ...tick, replay: { ...wanted, after } },
  );
}
