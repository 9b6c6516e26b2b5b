import { join } from "node:path";
import { startFauxqs } from "fauxqs";
import timekeeper from "timekeeper";
import { runAsChild } from "./child.ts";

export interface QueuesOptions {
  port: number;
  region: string;
  dataDir?: string;
  clockOffsetMs: number;
}

export interface QueuesReady {
  port: number;
}

/** Every clock reading of this process, and with it each delay and visibility deadline, follows. */
function travel(offsetMs: number): void {
  timekeeper.reset();
  timekeeper.travel(Date.now() + offsetMs);
}

await runAsChild<QueuesOptions, QueuesReady>(async ({ port, region, dataDir, clockOffsetMs }) => {
  travel(clockOffsetMs);
  const storage = dataDir ? { dataDir: join(dataDir, "queues"), s3StorageDir: join(dataDir, "buckets") } : {};
  const server = await startFauxqs({ port, logger: false, defaultRegion: region, ...storage });
  return {
    ready: { port: server.port },
    stop: () => server.stop(),
    onMessage: (message) => travel((message as { clockOffsetMs: number }).clockOffsetMs),
  };
});
