import { join } from "node:path";
import type { LocalClock } from "./control/local-clock.ts";
import type { Invocation, InvocationResult as InvokeAnswer } from "./engines/aws/lambda.ts";
import { type FaultRule, type FaultRules, faultRules } from "./runtime/fault-rules.ts";
import type { FunctionDefinition } from "./runtime/function-definition.ts";
import { FunctionHost, type InvocationResult } from "./runtime/function-host.ts";
import type { FunctionLog } from "./runtime/function-log.ts";
import { settleAll } from "./settle-all.ts";

export interface FunctionsOptions {
  readonly projectFolder: string;
  readonly log: FunctionLog;
  readonly clock: LocalClock;
}

/** The template's functions, each in a thread of its own once it is needed. */
export class Functions {
  readonly faults: FaultRules = faultRules();
  readonly #hosts = new Map<string, FunctionHost>();
  readonly #options: FunctionsOptions;
  #countsCapacity = false;

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  /** Definitions come later than the wish to invoke: their environment names services that invoke them. */
  define(definitions: readonly FunctionDefinition[]): void {
    const { projectFolder, log, clock } = this.#options;
    for (const definition of definitions) {
      const host = new FunctionHost(definition, {
        log,
        faults: this.faults,
        compileCache: join(projectFolder, "node_modules", ".cache", "postern"),
        clockOffsetMs: () => clock.offsetMs(),
        countsCapacity: () => this.#countsCapacity,
      });
      this.#hosts.set(definition.id, host);
    }
  }

  get hosts(): FunctionHost[] {
    return [...this.#hosts.values()];
  }

  /** @param event JSON text */
  async invoke(functionId: string, event: string): Promise<InvocationResult> {
    const host = this.#hosts.get(functionId);
    if (!host) throw new Error(`the template has no function ${functionId}`);
    return host.invoke(event);
  }

  /** Invokes a function as Lambda's API does: by logical id, name or ARN. */
  async invokeByName({ functionName, event }: Invocation): Promise<InvokeAnswer | undefined> {
    const host = this.hosts.find(({ definition: { id, name, arn } }) =>
      [id, name, arn].includes(functionName),
    );
    if (!host) return undefined;
    const result = await host.invoke(JSON.stringify(event));
    if (result.outcome === "answered") return { payload: JSON.parse(result.payload) };
    const error =
      result.outcome === "failed" ? result.error : { errorMessage: `Invocation ${result.outcome}` };
    return { payload: error, functionError: "Unhandled" };
  }

  setFaults(rules: readonly FaultRule[]): void {
    this.faults.clear();
    this.faults.add(rules);
    for (const host of this.hosts) host.tell({ kind: "rules", rules: this.faults.list() });
  }

  countCapacity(capacity: boolean): void {
    this.#countsCapacity = capacity;
    for (const host of this.hosts) host.tell({ kind: "counting", capacity });
  }

  async setClock(offsetMs: number): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.setClock(offsetMs)));
  }

  /**
   * Loads functions before they are needed, one after the other, so that requests that come meanwhile are
   * not starved. One that cannot be loaded is reported here and will fail when it is invoked.
   */
  async warm(functionIds: readonly string[]): Promise<void> {
    for (const id of functionIds) {
      await this.#hosts
        .get(id)
        ?.warm()
        .catch((error: Error) => {
          this.#options.log.failed(id, { errorType: "Runtime.ImportError", errorMessage: error.message });
        });
    }
  }

  /** Starts the services, which run until the end. */
  async startServices(): Promise<void> {
    await Promise.all(this.hosts.filter(({ definition }) => definition.isService).map((host) => host.warm()));
  }

  async stop(): Promise<void> {
    await settleAll(this.hosts.map((host) => host.stop()));
  }
}
