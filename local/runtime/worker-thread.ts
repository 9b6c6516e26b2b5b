import type { Readable, Writable } from "node:stream";
import { Worker } from "node:worker_threads";
import type { CallCount } from "./call-counts.ts";
import type { FaultEffect, FaultMoment } from "./fault-rules.ts";
import type { FromThread, FunctionError, ThreadSettings, ToThread } from "./thread-messages.ts";

export type ThreadResult = { payload: string } | { error: FunctionError };

/** What a thread tells of besides results. */
export interface ThreadListener {
  counted(counts: ReadonlyMap<string, CallCount>): void;
  denied(text: string, missing: string): void;
  fault(call: string, when: FaultMoment): FaultEffect | undefined;
  /** The thread ended, and nobody had asked it to. */
  died(): void;
}

export interface ThreadOptions {
  readonly settings: ThreadSettings;
  readonly environment: Readonly<Record<string, string>>;
  readonly listener: ThreadListener;
  /** Receives what the function prints. */
  readonly log: Writable;
}

/** One life of a function's thread: from its start until it ends, dies or is killed. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #listener: ThreadListener;
  readonly #pending = new Map<number, (result: ThreadResult) => void>();
  readonly #started = Promise.withResolvers<void>();
  readonly #exited: Promise<unknown>;
  #clockSet: (() => void)[] = [];
  #lastId = 0;
  #isAskedToEnd = false;
  #end: FunctionError | undefined;

  constructor({ settings, environment, listener, log }: ThreadOptions) {
    this.#listener = listener;
    this.#worker = new Worker(new URL("./function-thread.ts", import.meta.url), {
      workerData: settings,
      // Read while the thread is made; the function is not to find it.
      env: { ...environment, NODE_COMPILE_CACHE: settings.compileCache },
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    copy(this.#worker.stdout, log);
    copy(this.#worker.stderr, log);
    this.#exited = new Promise((resolve) => this.#worker.once("exit", resolve));
    // Whoever waits for the start learns of its failure; nobody may be waiting.
    this.#started.promise.catch(() => undefined);
    this.#worker.on("message", (message: FromThread) => this.#receive(message));
    this.#worker.on("error", (error) => this.#over(errorOf(error)));
    this.#worker.on("exit", () => this.#over(exitError));
  }

  /** No more invocations: the thread is dead or dying. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  async invoke(event: string, { requestId, timeoutMs }: { requestId: string; timeoutMs: number }) {
    await this.#started.promise.catch(() => undefined);
    if (this.#end) return { error: this.#end };
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<ThreadResult>((resolve) => {
      const overdue = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
      this.#pending.set(id, (result) => {
        clearTimeout(overdue);
        resolve(result);
      });
      this.send({ kind: "invoke", id, requestId, event, timeoutMs });
    });
  }

  send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** Done when the thread's clock is set, or the thread is no more. */
  setClock(offsetMs: number): Promise<void> {
    if (this.#end) return Promise.resolve();
    return new Promise((resolve) => {
      this.#clockSet.push(resolve);
      this.send({ kind: "clock", offsetMs });
    });
  }

  /** Asks a service to end, and ends it by force when it takes longer than this. */
  async end(withinMs: number): Promise<void> {
    this.#isAskedToEnd = true;
    this.send({ kind: "end" });
    const overdue = setTimeout(() => void this.#worker.terminate(), withinMs);
    await this.#exited;
    clearTimeout(overdue);
  }

  async terminate(): Promise<void> {
    this.#isAskedToEnd = true;
    await this.#worker.terminate();
    await this.#exited;
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case "ready":
        this.#started.resolve();
        break;
      case "init-failed":
        this.#over(message.error);
        void this.#worker.terminate();
        break;
      case "result":
        this.#listener.counted(message.counts);
        this.#settle(message.id, { payload: message.payload });
        break;
      case "failed":
        this.#listener.counted(message.counts);
        this.#settle(message.id, { error: message.error });
        break;
      case "counts":
        this.#listener.counted(message.counts);
        break;
      case "clock-set":
        this.#clockSet.shift()?.();
        break;
      case "question": {
        const effect = this.#listener.fault(message.call, message.when);
        this.send({ kind: "verdict", question: message.question, effect });
        break;
      }
      case "denied":
        this.#listener.denied(message.text, message.missing);
        break;
    }
  }

  #settle(id: number, result: ThreadResult): void {
    this.#pending.get(id)?.(result);
    this.#pending.delete(id);
  }

  #timeOut(timeoutMs: number): void {
    const seconds = (timeoutMs / 1000).toFixed(2);
    this.#over({ errorType: "Sandbox.Timedout", errorMessage: `Task timed out after ${seconds} seconds` });
    void this.#worker.terminate();
  }

  // What is in flight dies with the thread, as it does when Lambda kills an execution environment.
  #over(error: FunctionError): void {
    if (this.#end) return;
    this.#end = error;
    if (!this.#isAskedToEnd) this.#listener.died();
    this.#started.reject(new Error(`${error.errorType}: ${error.errorMessage}`));
    for (const id of [...this.#pending.keys()]) this.#settle(id, { error });
    for (const done of this.#clockSet) done();
    this.#clockSet = [];
  }
}

const exitError: FunctionError = {
  errorType: "Runtime.ExitError",
  errorMessage: "Runtime exited before the invocation was answered",
};

function errorOf(thrown: unknown): FunctionError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? "").split("\n"),
  };
}

// Not `pipe`: several threads write to one log, and none of them may end it.
function copy(from: Readable, to: Writable): void {
  from.on("data", (chunk) => to.write(chunk));
}
