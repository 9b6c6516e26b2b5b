import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

const stopTimeoutMs = 5_000;

/** A service in a process of its own; both sides talk by Node's message channel, which carries Buffers. */
export interface Child<Ready> {
  ready: Ready;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Calls once when the process is gone, however that came. */
  onExit(listener: () => void): void;
  /** Asks the process to end and waits for it; ends it by force after 5 s. */
  stop(): Promise<void>;
}

/**
 * Runs a TypeScript module in a child process of this same Node.js, hands it its options and waits for
 * its first message. Throws when the process ends before that.
 */
export async function startChild<Ready>(module: URL, options: object): Promise<Child<Ready>> {
  const child = fork(module, [], {
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ready = firstMessage<Ready>(child, module);
  child.send(options);
  return {
    ready: await ready,
    send: (message) => {
      if (child.connected) child.send(message as object);
    },
    onMessage: (listener) => child.on("message", listener),
    onExit: (listener) => child.once("exit", listener),
    stop: () => stopChild(child),
  };
}

/** The child's side: takes the options, starts, reports, and ends with its parent. */
export async function runAsChild<Options, Ready>(
  start: (
    options: Options,
  ) => Promise<{ ready: Ready; stop(): Promise<void>; onMessage(message: unknown): void }>,
): Promise<void> {
  const [options] = (await once(process, "message")) as [Options];
  const service = await start(options);
  // The channel closes when the parent stops this service and when the parent dies alike.
  process.once("disconnect", () => {
    void service.stop().finally(() => process.exit(0));
  });
  // Ctrl-C reaches the whole process group; the parent decides in which order its services end.
  process.on("SIGINT", () => undefined);
  process.on("message", (message) => service.onMessage(message));
  process.send?.(service.ready);
}

async function firstMessage<Ready>(child: ChildProcess, module: URL): Promise<Ready> {
  const aborted = new AbortController();
  const gone = once(child, "exit", { signal: aborted.signal }).then(([code]) => {
    throw new Error(`${module.pathname} ended with code ${code} before it was ready`);
  });
  gone.catch(() => undefined);
  try {
    const [message] = await Promise.race([once(child, "message", { signal: aborted.signal }), gone]);
    return message as Ready;
  } finally {
    aborted.abort();
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  if (child.connected) child.disconnect();
  const force = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await exited;
  clearTimeout(force);
}
