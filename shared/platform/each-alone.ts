import pLimit from "p-limit";
import { failureOf } from "./failure.ts";
import { logger } from "./observability.ts";
import type { QueueEvent, QueueRecord, QueueResponse } from "./queue-event.ts";

/** What is logged of one that fails: a text for all of them, and what names the one. */
export interface Trouble<One> {
  readonly text: string;
  readonly naming: (one: One) => object;
  /** How many are worked on at the same time; one after the other unless given. */
  readonly atOnce?: number;
}

/**
 * Works on each of some; one's trouble is no other's, and is logged.
 *
 * @returns those that failed
 */
export async function eachAlone<One>(
  all: readonly One[],
  { text, naming, atOnce = 1 }: Trouble<One>,
  work: (one: One) => Promise<void>,
): Promise<One[]> {
  const limit = pLimit(atOnce);
  const failed = all.map((one) =>
    limit(async () => {
      try {
        await work(one);
        return [];
      } catch (error) {
        logger.error(text, { ...naming(one), failure: failureOf(error) });
        return [one];
      }
    }),
  );
  return (await Promise.all(failed)).flat();
}

/** Works on each message of a queue's batch; what fails comes again, alone. */
export async function eachRecord(
  { Records }: QueueEvent,
  trouble: Omit<Trouble<QueueRecord>, "naming">,
  work: (record: QueueRecord) => Promise<void>,
): Promise<QueueResponse> {
  const naming = ({ messageId }: QueueRecord) => ({ sqsMessageId: messageId });
  const failed = await eachAlone(Records, { ...trouble, naming }, work);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
