// Loaded before everything else into the local cloud's processes: SQLite waits for the disk at each commit,
// where the local queue asks it not to.
import { DatabaseSync } from "node:sqlite";

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function execAndWait(this: DatabaseSync, sql: string): void {
  exec.call(this, sql.replace(/PRAGMA synchronous = NORMAL/i, "PRAGMA synchronous = FULL"));
};
