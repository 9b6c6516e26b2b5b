import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { logger } from "../platform/observability.ts";
import { type Entry, packCalls } from "./queue-packing.ts";

const callsAtOnce = 8;

export type DeliveryQueueClient = ReturnType<typeof deliveryQueueClient>;

/** The delivery queue of a stream, from the accepting side. */
export function deliveryQueueClient({ sqs, queueUrl }: { sqs: SQSClient; queueUrl: string }) {
  return {
    /**
     * Queues bodies. It never throws: each body stands for itself.
     *
     * @returns the places of the bodies that the queue refused or for which its answer was lost; these
     * may arrive nevertheless
     */
    async send(bodies: readonly string[]): Promise<ReadonlySet<number>> {
      const calls = packCalls(bodies);
      const failed = new Set<number>();
      const sendNext = async (): Promise<void> => {
        for (let call = calls.shift(); call !== undefined; call = calls.shift()) {
          for (const place of await failedOf(sqs, queueUrl, call)) failed.add(place);
        }
      };
      await Promise.all(Array.from({ length: callsAtOnce }, sendNext));
      return failed;
    },
  };
}

async function failedOf(sqs: SQSClient, queueUrl: string, call: readonly Entry[]): Promise<number[]> {
  try {
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: call.map(({ place, body }) => ({ Id: String(place), MessageBody: body })),
      }),
    );
    if (Failed.length > 0) logger.error("queue refused jobs", { codes: Failed.map(({ Code }) => Code) });
    return Failed.map(({ Id }) => Number(Id));
  } catch (error) {
    logger.error("queueing failed", { reason: error instanceof Error ? error.name : "unknown" });
    return call.map(({ place }) => place);
  }
}
