import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { EventsMessage, MessageEvent } from "../contracts/message-event.ts";

export type EventsQueueClient = ReturnType<typeof eventsQueueClient>;

/** A queue message holds a part of what SQS would take, so that one that fails repeats little. */
const bytesPerMessage = 60_000;
/** SQS takes so many messages in one call, here all below its 1 MiB. */
const messagesPerCall = 10;

/** The queue from which the events of messages are recorded. */
export function eventsQueueClient({ sqs, queueUrl }: { sqs: SQSClient; queueUrl: string }) {
  return {
    /**
     * Puts events into the queue, in as few calls as may be; putting them again changes nothing later.
     *
     * @throws Error where it is not sure that all of them are in it
     */
    async put(events: readonly MessageEvent[]): Promise<void> {
      const bodies = bodiesOf(events);
      const [only, ...others] = bodies;
      if (only === undefined) return;
      if (others.length === 0) {
        await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: only }));
        return;
      }
      for (let start = 0; start < bodies.length; start += messagesPerCall) {
        await putAll(sqs, queueUrl, bodies.slice(start, start + messagesPerCall));
      }
    },
  };
}

async function putAll(sqs: SQSClient, queueUrl: string, bodies: readonly string[]): Promise<void> {
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: bodies.map((MessageBody, place) => ({ Id: String(place), MessageBody })),
    }),
  );
  if (Failed.length > 0) {
    throw new Error(`The events queue refused ${Failed.length} messages: ${Failed[0]?.Code}`);
  }
}

function bodiesOf(events: readonly MessageEvent[]): string[] {
  const messages: MessageEvent[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const size = Buffer.byteLength(asciiJson(event)) + 1;
    if (bytes + size > bytesPerMessage) {
      messages.push([]);
      bytes = 0;
    }
    messages.at(-1)?.push(event);
    bytes += size;
  }
  return messages.map((some) => asciiJson({ version: 1, events: some } satisfies EventsMessage));
}

/** SQS does not take every character as it is; JSON may hold any of them escaped. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
