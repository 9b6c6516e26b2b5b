import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { logger } from "../platform/observability.ts";
import { type Entry, packCalls } from "./queue-packing.ts";

const callsAtOnce = 8;

export type DeliveryQueueClient = ReturnType<typeof deliveryQueueClient>;

/** The delivery queue of a stream, from the accepting side. */
export function deliveryQueueClient({ sqs, queueUrl }: { sqs: SQSClient; queueUrl: string }) {
  const joint = jointSends(sqs, queueUrl);
  return {
    /**
     * Queues bodies. It never throws: each body stands for itself. Calls that fail have taken many seconds
     * by then; so that the caller has time left to refuse what was lost, as many as run at once are enough
     * to end it, and the rest is not tried.
     *
     * @returns the places of the bodies that the queue refused or for which its answer was lost; these
     * may arrive nevertheless
     */
    async send(bodies: readonly string[]): Promise<ReadonlySet<number>> {
      const calls = packCalls(bodies);
      const failed = new Set<number>();
      if (calls.length === 1) {
        const queued = await Promise.all(bodies.map(joint.send));
        return new Set(queued.flatMap((isQueued, place) => (isQueued ? [] : [place])));
      }
      const sendNext = async (): Promise<void> => {
        for (let call = calls.shift(); call !== undefined; call = calls.shift()) {
          const { lost, places } = await failedOf(sqs, queueUrl, call);
          for (const place of places) failed.add(place);
          if (lost) return;
        }
      };
      await Promise.all(Array.from({ length: callsAtOnce }, sendNext));
      for (const { place } of calls.flat()) failed.add(place);
      return failed;
    },
  };
}

/**
 * Bodies of submissions that one process has in hand at the same time share calls: the queue's price is by
 * the call. They gather for one turn of the event loop, which is no time.
 */
function jointSends(sqs: SQSClient, queueUrl: string) {
  let waiting: { body: string; answer(isQueued: boolean): void }[] = [];

  const flush = (): void => {
    const sent = waiting;
    waiting = [];
    for (const call of packCalls(sent.map(({ body }) => body))) {
      void failedOf(sqs, queueUrl, call).then(({ places }) => {
        for (const { place } of call) sent[place]?.answer(!places.includes(place));
      });
    }
  };

  return {
    /** @returns whether the queue surely has it */
    send: (body: string): Promise<boolean> =>
      new Promise((answer) => {
        if (waiting.push({ body, answer }) === 1) setImmediate(flush);
      }),
  };
}

async function failedOf(
  sqs: SQSClient,
  queueUrl: string,
  call: readonly Entry[],
): Promise<{ lost: boolean; places: number[] }> {
  try {
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: call.map(({ place, body }) => ({ Id: String(place), MessageBody: body })),
      }),
    );
    if (Failed.length > 0) logger.error("queue refused jobs", { codes: Failed.map(({ Code }) => Code) });
    return { lost: false, places: Failed.map(({ Id }) => Number(Id)) };
  } catch (error) {
    logger.error("queueing failed", { reason: error instanceof Error ? error.name : "unknown" });
    return { lost: true, places: call.map(({ place }) => place) };
  }
}
