import { readFile, rename, writeFile } from "node:fs/promises";
import { setThreadClock } from "../runtime/thread-clock.ts";

/** The local cloud's clock: how far it is ahead of the machine's, kept over restarts. */
export interface LocalClock {
  offsetMs(): number;
  /** Moves the clock of this thread, then of everything that follows; moves come one after the other. */
  advance(ms: number): Promise<void>;
  /** Is told of each move, in the order of registration, and waited for. */
  onMove(follow: (offsetMs: number) => void | Promise<void>): void;
}

/**
 * @param file keeps the offset
 * @param startAt epoch ms at which a clock that was never moved starts; otherwise now
 */
export async function localClock(file: string, startAt?: number): Promise<LocalClock> {
  let offset = (await savedOffset(file)) ?? (startAt === undefined ? 0 : startAt - Date.now());
  const followers: ((offsetMs: number) => void | Promise<void>)[] = [];
  let moves = Promise.resolve();

  async function move(ms: number): Promise<void> {
    offset += ms;
    await save(file, offset);
    setThreadClock(offset);
    for (const follow of followers) await follow(offset);
  }

  setThreadClock(offset);
  return {
    offsetMs: () => offset,
    advance(ms) {
      const done = moves.then(() => move(ms));
      moves = done.catch(() => undefined);
      return done;
    },
    onMove: (follow) => {
      followers.push(follow);
    },
  };
}

async function savedOffset(file: string): Promise<number | undefined> {
  try {
    const { offsetMs } = JSON.parse(await readFile(file, "utf8")) as { offsetMs: number };
    return offsetMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function save(file: string, offsetMs: number): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify({ offsetMs }));
  await rename(`${file}.new`, file);
}
