import { randomUUID } from "node:crypto";
import { addCount, type CallCounts } from "./call-counts.ts";
import type { FaultRules } from "./fault-rules.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import type { FunctionLog } from "./function-log.ts";
import type { FunctionError, ThreadSettings, ToThread } from "./thread-messages.ts";
import { type ThreadResult, WorkerThread } from "./worker-thread.ts";

/** Lambda takes and answers at most so many bytes in a synchronous invocation. */
export const payloadLimitBytes = 6_291_556;

/** How long a service may take to end, and how long it is away when it died. */
const serviceEndMs = 5_000;
const revivalMs = 500;

export type InvocationResult =
  | { outcome: "answered"; payload: string }
  | { outcome: "failed"; error: FunctionError }
  | { outcome: "throttled" }
  | { outcome: "too large" };

/** What a function did so far, as its bill shows it. */
export interface FunctionUsage {
  invocations: number;
  errors: number;
  /** Lambda bills each started millisecond of each invocation. */
  billedMs: number;
  /** Threads that died; the next invocation starts another one. */
  deaths: number;
}

export interface HostSurroundings {
  readonly faults: FaultRules;
  readonly log: FunctionLog;
  readonly compileCache: string;
  clockOffsetMs(): number;
  countsCapacity(): boolean;
}

/** Keeps a function's thread: starts it at the first invocation and replaces it when it has died. */
export class FunctionHost {
  readonly definition: FunctionDefinition;
  readonly #surroundings: HostSurroundings;
  #thread: WorkerThread | undefined;
  #inFlight = new Set<Promise<unknown>>();
  usage: FunctionUsage = noUsage();
  calls: CallCounts = new Map();
  #isStopping = false;

  constructor(definition: FunctionDefinition, surroundings: HostSurroundings) {
    this.definition = definition;
    this.#surroundings = surroundings;
  }

  /** @param event JSON text */
  async invoke(event: string): Promise<InvocationResult> {
    const { timeoutMs, reservedConcurrency = Number.POSITIVE_INFINITY } = this.definition;
    // Three bytes at most stand for a UTF-16 unit: most events need not be measured.
    if (event.length * 3 > payloadLimitBytes && Buffer.byteLength(event) > payloadLimitBytes) {
      return { outcome: "too large" };
    }
    if (this.#inFlight.size >= reservedConcurrency) return { outcome: "throttled" };
    const startedAt = performance.now();
    const running = this.#live().invoke(event, { requestId: randomUUID(), timeoutMs });
    this.#inFlight.add(running);
    const result = withinLimit(await running);
    this.#inFlight.delete(running);
    this.#account(result, performance.now() - startedAt);
    return "error" in result
      ? { outcome: "failed", error: result.error }
      : { outcome: "answered", payload: result.payload };
  }

  /** Starts the thread before the first invocation needs it. */
  async warm(): Promise<void> {
    await this.#live().started;
  }

  /** To the running thread, if any; one that starts later gets its settings at birth. */
  tell(message: ToThread): void {
    if (this.#thread && !this.#thread.isOver) this.#thread.send(message);
  }

  async setClock(offsetMs: number): Promise<void> {
    await this.#thread?.setClock(offsetMs);
  }

  resetUsage(): void {
    this.usage = noUsage();
    this.calls = new Map();
  }

  /** Waits for the invocations in flight, then ends the thread. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.allSettled(this.#inFlight);
    const thread = this.#thread;
    if (this.definition.isService && thread && !thread.isOver) await thread.end(serviceEndMs);
    else await thread?.terminate();
  }

  /** A service that died comes back, as its container would. */
  #revive(): void {
    setTimeout(() => {
      if (this.#isStopping) return;
      this.warm().catch((error: Error) => {
        this.#surroundings.log.failed(this.definition.id, {
          errorType: "Service.StartError",
          errorMessage: error.message,
        });
      });
    }, revivalMs);
  }

  #live(): WorkerThread {
    if (!this.#thread || this.#thread.isOver) this.#thread = this.#startThread();
    return this.#thread;
  }

  #startThread(): WorkerThread {
    const { id, environment } = this.definition;
    const { faults, log } = this.#surroundings;
    return new WorkerThread({
      settings: this.#threadSettings(),
      environment,
      log: log.streamOf(id),
      listener: {
        counted: (counts) => {
          for (const [name, count] of counts) addCount(this.calls, name, count);
        },
        denied: (text, missing) => log.denied(id, text, missing),
        fault: (call, when) => faults.strike(id, call, when),
        died: () => {
          this.usage.deaths += 1;
          if (this.definition.isService) this.#revive();
        },
      },
    });
  }

  #threadSettings(): ThreadSettings {
    const { id, name, arn, entry, memoryMb, role, isService } = this.definition;
    const { faults, compileCache, clockOffsetMs, countsCapacity } = this.#surroundings;
    return {
      functionId: id,
      functionName: name,
      functionArn: arn,
      entry,
      isService,
      memoryMb,
      role,
      compileCache,
      clockOffsetMs: clockOffsetMs(),
      countCapacity: countsCapacity(),
      rules: faults.list(),
    };
  }

  #account(result: ThreadResult, durationMs: number): void {
    this.usage.invocations += 1;
    this.usage.billedMs += Math.ceil(durationMs);
    if (!("error" in result)) return;
    this.usage.errors += 1;
    this.#surroundings.log.failed(this.definition.id, result.error);
  }
}

function noUsage(): FunctionUsage {
  return { invocations: 0, errors: 0, billedMs: 0, deaths: 0 };
}

function withinLimit(result: ThreadResult): ThreadResult {
  if ("error" in result || result.payload.length * 3 <= payloadLimitBytes) return result;
  if (Buffer.byteLength(result.payload) <= payloadLimitBytes) return result;
  return {
    error: {
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: `Response payload size exceeded maximum allowed payload size (${payloadLimitBytes} bytes).`,
    },
  };
}
