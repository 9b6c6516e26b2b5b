import { type ListenOptions, Server } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
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

/**
 * Fauxqs commits every change by itself, and SQLite waits for the disk at each commit unless told not to,
 * for which fauxqs has no option. In WAL mode without waiting, a commit still outlives the process; only
 * the machine's own crash may undo the last ones. That doubles the messages per second.
 */
function commitWithoutWaiting(): void {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function execWithoutWaiting(this: DatabaseSync, sql: string): void {
    exec.call(this, sql);
    if (sql.startsWith("PRAGMA journal_mode")) exec.call(this, "PRAGMA synchronous = NORMAL");
  };
}

/** Fauxqs would listen on every network of the machine; what is local stays on loopback. */
function listenOnLoopbackOnly(): void {
  const { listen } = Server.prototype;
  Server.prototype.listen = function listenOnLoopback(
    this: Server,
    options: ListenOptions,
    ...rest: never[]
  ) {
    return listen.call(this, { ...options, host: "127.0.0.1" }, ...rest);
  } as typeof listen;
}

commitWithoutWaiting();
listenOnLoopbackOnly();
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
