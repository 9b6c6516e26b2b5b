import { type ListenOptions, Server } from "node:net";
import { join } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
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

/**
 * All that fauxqs writes in answer to one request goes into one commit, in place of a commit for each of a
 * batch's messages, which took a third of its time. The commit is the next microtask after the first write: fauxqs awaits
 * its handlers, so that no answer goes out before it.
 */
function commitByTheRequest(): void {
  const database = DatabaseSync.prototype;
  const statement = StatementSync.prototype;
  const { prepare, exec, close } = database;
  const { run } = statement;
  const owners = new WeakMap<StatementSync, DatabaseSync>();
  const gathering = new WeakSet<DatabaseSync>();
  const commit = (db: DatabaseSync): void => {
    if (gathering.delete(db)) exec.call(db, "COMMIT");
  };
  database.prepare = function prepareOwned(this: DatabaseSync, ...given: Parameters<typeof prepare>) {
    const prepared = prepare.apply(this, given);
    owners.set(prepared, this);
    return prepared;
  };
  statement.run = function runGathered(this: StatementSync, ...values: Parameters<typeof run>) {
    const db = owners.get(this);
    if (db && !db.isTransaction) {
      exec.call(db, "BEGIN");
      gathering.add(db);
      queueMicrotask(() => commit(db));
    }
    return run.apply(this, values);
  } as typeof run;
  database.exec = function execApart(this: DatabaseSync, sql: string): void {
    commit(this);
    exec.call(this, sql);
  };
  database.close = function closeCommitted(this: DatabaseSync): void {
    commit(this);
    close.call(this);
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

commitByTheRequest();
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
