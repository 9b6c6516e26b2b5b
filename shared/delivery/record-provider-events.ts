import type { MessageStore, ProviderAcceptance } from "../messages/message-store.ts";
import { acceptanceIn } from "./provider-event.ts";

/** An event as it came, under the id by which its queue knows it. */
export interface QueuedEvent {
  readonly id: string;
  readonly body: string;
}

export interface EventFailure {
  readonly id: string;
  readonly error: unknown;
}

interface Read extends QueuedEvent {
  readonly acceptance: ProviderAcceptance;
}

/**
 * Records what a batch of provider events proves, one write for each message however many events tell of
 * it, and none for the messages that their worker has settled as sent, which are nearly all. Repeating any
 * of it changes nothing.
 *
 * @returns the events that could not be read or recorded; no other event suffers from them
 */
export async function recordProviderEvents(
  { messages }: { messages: Pick<MessageStore, "withoutSent" | "recordProviderAcceptance"> },
  events: readonly QueuedEvent[],
): Promise<EventFailure[]> {
  const failures: EventFailure[] = [];
  const read = events.flatMap((event): Read[] => {
    try {
      const acceptance = acceptanceIn(event.body);
      return acceptance ? [{ ...event, acceptance }] : [];
    } catch (error) {
      failures.push({ id: event.id, error });
      return [];
    }
  });
  const open = new Set(await messages.withoutSent(read.map(({ acceptance }) => acceptance)));
  const news = read.filter(({ acceptance }) => open.has(acceptance));
  await Promise.all(
    [...Map.groupBy(news, keyOf).values()].map(async (ofOneMessage) => {
      try {
        const first = ofOneMessage[0];
        if (first) await messages.recordProviderAcceptance(first.acceptance);
      } catch (error) {
        failures.push(...ofOneMessage.map(({ id }) => ({ id, error })));
      }
    }),
  );
  return failures;
}

function keyOf({ acceptance: { accountId, messageId, providerMessageId } }: Read): string {
  return JSON.stringify([accountId, messageId, providerMessageId]);
}
