import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const keeper = fileURLToPath(new URL("./keep-process.ts", import.meta.url));
const pollMs = 10;

export interface KeptProcess {
  /** Ends the command and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a server program and waits until it answers HTTP at `url`. The program ends with `stop`, or with
 * this process, however that ends.
 *
 * @throws Error with what the program wrote, if it ends or stays silent for `patienceMs`
 */
export async function startKeptServer(
  command: string,
  args: readonly string[],
  { url, patienceMs }: { url: string; patienceMs: number },
): Promise<KeptProcess> {
  // A group of its own, so that Ctrl-C reaches this process alone, which then stops things in order.
  const child = spawn(process.execPath, [keeper, command, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const written = collect(child);
  const stop = () => end(child);
  try {
    await answers(child, url, patienceMs);
  } catch (error) {
    await stop();
    throw new Error(`${command} did not start: ${written().trim()}`, { cause: error });
  }
  return { stop };
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    // The last few lines are what explains a failure; a server that logs for days must not fill memory.
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-4_000);
    });
  }
  return () => text;
}

async function answers(child: ChildProcess, url: string, patienceMs: number): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs);
  while (!(await isAnswering(url))) {
    if (hasEnded(child)) throw new Error("it ended at once");
    if (patience.aborted) throw new Error(`no answer at ${url} within ${patienceMs} ms`);
    await delay(pollMs);
  }
  if (hasEnded(child)) throw new Error(`${url} is answered by another program`);
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(1_000) })).body?.cancel();
    return true;
  } catch {
    return false;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, "exit");
  child.stdin?.end();
  await gone;
}
