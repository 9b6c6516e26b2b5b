import type { MessageStore, ProviderAcceptance } from "../messages/message-store.ts";

/** A provider's word for having a message, under the id by which the queue knows what brought it. */
export interface Evidence {
  readonly id: string;
  readonly acceptance: ProviderAcceptance;
}

export interface Failure {
  /** Of the queue's message. */
  readonly id: string;
  readonly error: unknown;
}

/**
 * Records what a batch of provider events proves, one write for each message however many events tell of
 * it, and none for the messages that their worker has settled as sent, which are nearly all. Repeating any
 * of it changes nothing.
 *
 * @returns the events that could not be recorded; no other event suffers from them
 */
export async function recordEvidence(
  { messages }: { messages: Pick<MessageStore, "withoutSent" | "recordProviderAcceptance"> },
  evidence: readonly Evidence[],
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const open = new Set(await messages.withoutSent(evidence.map(({ acceptance }) => acceptance)));
  const news = evidence.filter(({ acceptance }) => open.has(acceptance));
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

function keyOf({ acceptance: { accountId, messageId, providerMessageId } }: Evidence): string {
  return JSON.stringify([accountId, messageId, providerMessageId]);
}
