import * as z from "zod";
import { startChild } from "./child.ts";
import type { QueuesOptions, QueuesReady } from "./queues-process.ts";

/** How much a queue holds. */
export interface QueueDepth {
  readonly name: string;
  /** Ready to be received. */
  readonly visible: number;
  /** Received and not yet deleted, or waiting for another try. */
  readonly invisible: number;
  readonly delayed: number;
}

/** SQS, SNS and S3 at one address. */
export interface Queues {
  url: string;
  /** Of all queues, in one request: who waits for quiet asks many times a second. */
  depths(): Promise<QueueDepth[]>;
  /** Shifts the services' time to the real one plus so many ms. */
  setClockOffset(ms: number): void;
  stop(): Promise<void>;
}

/**
 * Starts fauxqs in a process of its own. With `dataDir` queues, messages, topics and objects survive a
 * restart. Port 0, the default, takes a free one. `clockOffsetMs` is how far ahead of the real time the
 * clock already stands.
 *
 * Two traps of fauxqs: one PutObject carries at most 11 MiB (413 above; use multipart), and with
 * `dataDir` ChangeMessageVisibility to 0 fails (1 works).
 */
export async function startQueues(
  options: { dataDir?: string; port?: number; region?: string; clockOffsetMs?: number } = {},
): Promise<Queues> {
  const { dataDir, port = 0, region = "us-east-1", clockOffsetMs = 0 } = options;
  const child = await startChild<QueuesReady>(new URL("./queues-process.ts", import.meta.url), {
    port,
    region,
    clockOffsetMs,
    ...(dataDir ? { dataDir } : {}),
  } satisfies QueuesOptions);
  const url = `http://127.0.0.1:${child.ready.port}`;
  return {
    url,
    depths: () => depthsAt(url),
    setClockOffset: (ms) => child.send({ clockOffsetMs: ms }),
    stop: () => child.stop(),
  };
}

const inspectionSchema = z.array(
  z.object({
    name: z.string(),
    approximateMessageCount: z.number(),
    approximateInflightCount: z.number(),
    approximateDelayedCount: z.number(),
  }),
);

/** Fauxqs's own list, which has the numbers of SQS's GetQueueAttributes. */
async function depthsAt(url: string): Promise<QueueDepth[]> {
  const response = await fetch(`${url}/_fauxqs/queues`);
  return inspectionSchema.parse(await response.json()).map((queue) => ({
    name: queue.name,
    visible: queue.approximateMessageCount,
    invisible: queue.approximateInflightCount,
    delayed: queue.approximateDelayedCount,
  }));
}
