import { startChild } from "./child.ts";
import type { QueuesOptions, QueuesReady } from "./queues-process.ts";

/** SQS, SNS and S3 at one address. */
export interface Queues {
  url: string;
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
  return {
    url: `http://127.0.0.1:${child.ready.port}`,
    setClockOffset: (ms) => child.send({ clockOffsetMs: ms }),
    stop: () => child.stop(),
  };
}
