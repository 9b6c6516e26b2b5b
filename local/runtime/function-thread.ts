import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { addCount, type CallCounts } from "./call-counts.ts";
import { concerns, type FaultEffect, type FaultRule } from "./fault-rules.ts";
import { guardAwsCalls } from "./guarded-send.ts";
import { setThreadClock } from "./thread-clock.ts";
import type { FromThread, FunctionError, ThreadSettings, ToThread } from "./thread-messages.ts";

// The thread is the function: it has its environment, its modules and its role, and runs its invocations.

type Handler = (event: unknown, context: object) => unknown;
type Invocation = Extract<ToThread, { kind: "invoke" }>;

const settings: ThreadSettings = workerData;
const port = parentPort;
if (!port) throw new Error("a function thread is started by the local cloud only");

let rules: readonly FaultRule[] = settings.rules;
let countsCapacity = settings.countCapacity;
let counts: CallCounts = new Map();
const questions = new Map<number, (effect: FaultEffect | undefined) => void>();
let lastQuestion = 0;

function tell(message: FromThread): void {
  port?.postMessage(message);
}

function takeCounts(): CallCounts {
  const taken = counts;
  counts = new Map();
  return taken;
}

guardAwsCalls({
  role: settings.role,
  session: settings.functionName,
  countsCapacity: () => countsCapacity,
  count: (call, units) => addCount(counts, call, { count: 1, units }),
  denied: (text, missing) => tell({ kind: "denied", text, missing }),
  fault(call, when) {
    if (!rules.some((rule) => concerns(rule, settings.functionId, call, when))) return undefined;
    lastQuestion += 1;
    const question = lastQuestion;
    tell({ kind: "question", question, call, when });
    return new Promise((resolve) => questions.set(question, resolve));
  },
  die() {
    tell({ kind: "counts", counts: takeCounts() });
    process.exit(1);
  },
});

async function invoke(handler: Handler, { id, requestId, event, timeoutMs }: Invocation): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const context = {
    awsRequestId: requestId,
    functionName: settings.functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: settings.functionArn,
    memoryLimitInMB: String(settings.memoryMb),
    logGroupName: process.env["AWS_LAMBDA_LOG_GROUP_NAME"],
    logStreamName: process.env["AWS_LAMBDA_LOG_STREAM_NAME"],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
  try {
    const payload = JSON.stringify(await handler(JSON.parse(event), context)) ?? "null";
    tell({ kind: "result", id, payload, counts: takeCounts() });
  } catch (error) {
    tell({ kind: "failed", id, error: errorOf(error), counts: takeCounts() });
  }
}

function errorOf(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown) };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? "").split("\n") };
}

let handler: Handler | undefined;

function receive(message: ToThread): void {
  switch (message.kind) {
    case "invoke":
      if (handler) void invoke(handler, message);
      break;
    case "end":
      // A thread gets no signals; the service hears of it as its container does.
      if (!process.emit("SIGTERM")) process.exit(0);
      break;
    case "clock":
      setThreadClock(message.offsetMs);
      tell({ kind: "clock-set", offsetMs: message.offsetMs });
      break;
    case "rules":
      rules = message.rules;
      break;
    case "counting":
      countsCapacity = message.capacity;
      break;
    case "verdict":
      questions.get(message.question)?.(message.effect);
      questions.delete(message.question);
      break;
  }
}

/** No result ever takes the counts of a service along. */
function reportCounts(): void {
  setInterval(() => {
    if (counts.size > 0) tell({ kind: "counts", counts: takeCounts() });
  }, 100).unref();
}

async function loadHandler(): Promise<Handler | undefined> {
  const module: { handler?: unknown } = await import(pathToFileURL(settings.entry).href);
  if (settings.isService) return undefined;
  if (typeof module.handler !== "function") throw new Error(`${settings.entry} exports no handler`);
  return module.handler as Handler;
}

delete process.env["NODE_COMPILE_CACHE"];
setThreadClock(settings.clockOffsetMs);
try {
  if (settings.isService) reportCounts();
  // First: a module may call AWS while it is loaded, and then waits for the verdict on its calls.
  port.on("message", receive);
  handler = await loadHandler();
  tell({ kind: "ready" });
} catch (error) {
  tell({ kind: "init-failed", error: errorOf(error) });
}
