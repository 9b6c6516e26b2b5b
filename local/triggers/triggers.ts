import type { AwsClients } from "../resources/aws-clients.ts";
import type { CallCounts } from "../runtime/call-counts.ts";
import type { FunctionDefinition } from "../runtime/function-definition.ts";
import type { InvocationResult } from "../runtime/function-host.ts";
import type { Deployment } from "../template/deployment.ts";
import { bucketExpiry } from "./bucket-expiry.ts";
import { queueMappingsOf } from "./queue-mappings.ts";
import { QueueTrigger } from "./queue-trigger.ts";
import { schedulesOf } from "./schedule-definitions.ts";
import { Schedules } from "./schedules.ts";
import { tableExpiry } from "./table-expiry.ts";

/** Everything that sets functions off or removes things without a request. */
export interface Triggers {
  readonly queues: readonly QueueTrigger[];
  readonly pollerCalls: CallCounts;
  /** Does what became due by a move of the clock; done when the invocations are. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

export interface TriggerSurroundings {
  readonly deployment: Deployment;
  readonly functions: readonly FunctionDefinition[];
  readonly clients: AwsClients;
  invoke(functionId: string, event: string): Promise<InvocationResult>;
  report(line: string): void;
}

const expiryIntervalMs = 60_000;

/** @throws Error where AWS would refuse a mapping or a schedule for its role */
export function startTriggers({
  deployment,
  functions,
  clients,
  invoke,
  report,
}: TriggerSurroundings): Triggers {
  const mappings = queueMappingsOf(deployment, functions);
  const schedules = new Schedules(schedulesOf(deployment, functions), invoke);
  const pollerCalls: CallCounts = new Map();
  const queues = mappings.map(
    (mapping) => new QueueTrigger(mapping, { sqs: clients.sqs, invoke, calls: pollerCalls, report }),
  );
  const expire = oneAfterTheOther([
    tableExpiry(deployment, clients.dynamodb),
    bucketExpiry(deployment, clients.s3),
  ]);
  const timer = setInterval(() => {
    expire().catch((error: unknown) => report(`removing what has expired failed: ${error}`));
  }, expiryIntervalMs);
  return {
    queues,
    pollerCalls,
    async catchUp() {
      await schedules.fireDue();
      await expire();
    },
    async stop() {
      clearInterval(timer);
      await schedules.stop();
      await Promise.all(queues.map((queue) => queue.stop()));
      await expire().catch(() => undefined);
    },
  };
}

/** Runs of the jobs never overlap: a second run waits for the first. */
function oneAfterTheOther(jobs: readonly (() => Promise<void>)[]): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const run = last.then(async () => {
      for (const job of jobs) await job();
    });
    last = run.catch(() => undefined);
    return run;
  };
}
