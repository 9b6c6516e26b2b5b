import type { RecordedEvent } from "../messages/event.ts";
import type { BacklogStore, WaitingEvent } from "./backlog-store.ts";
import { isLogged, payloadOf } from "./payload.ts";
import type { TickQueueClient } from "./tick-queue-client.ts";
import { asksFor, collects, type Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook-store.ts";

export interface TellDeps {
  readonly webhooks: Pick<WebhookStore, "recent">;
  readonly backlog: Pick<BacklogStore, "put">;
  readonly ticks: Pick<TickQueueClient, "arrange">;
}

/**
 * Lets recorded events wait for whichever webhooks asked for them, durably, and arranges for their sending.
 * Telling the same events again changes nothing while they wait; after that it sends them again, under the
 * same ids.
 */
export async function tellWebhooks(deps: TellDeps, recorded: readonly RecordedEvent[]): Promise<void> {
  const byAccount = Map.groupBy(recorded, ({ event }) => event.accountId);
  await Promise.all([...byAccount].map(([accountId, events]) => tellAccount(deps, accountId, events)));
}

async function tellAccount(
  { webhooks, backlog, ticks }: TellDeps,
  accountId: number,
  recorded: readonly RecordedEvent[],
): Promise<void> {
  const listening = (await webhooks.recent(accountId)).filter(collects);
  const waiting = listening.map((webhook) => ({ webhook, events: waitingFor(webhook, recorded) }));
  await backlog.put(
    accountId,
    waiting.flatMap(({ events }) => events),
  );
  const due = waiting.filter(({ webhook, events }) => webhook.active && events.length > 0);
  await Promise.all(due.map(({ webhook, events }) => ticks.arrange(webhook, events.length)));
}

/** The events of these that a webhook asked for, as they wait for it. */
export function waitingFor(
  webhook: Webhook,
  recorded: readonly Pick<RecordedEvent, "event" | "row">[],
): WaitingEvent[] {
  return recorded.flatMap(({ event, row }) => {
    if (!isLogged(row) || !asksFor(webhook, event.kind, row)) return [];
    const payload = JSON.stringify(payloadOf(event, row));
    return [{ webhookId: webhook.webhookId, at: event.at, eventId: event.eventId, payload }];
  });
}
