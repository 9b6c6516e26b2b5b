import type { FunctionDefinition } from "../runtime/function-definition.ts";
import { decide } from "../runtime/policy.ts";
import type { DeployedResource, Deployment } from "../template/deployment.ts";

/** An event source mapping: a queue whose messages a function works off. */
export interface QueueMapping {
  readonly id: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly functionId: string;
  readonly batchSize: number;
  readonly windowMs: number;
  /** The function names the messages that failed (`batchItemFailures`); otherwise all fail or none. */
  readonly reportsFailures: boolean;
  readonly maxConcurrency: number;
}

/** What Lambda's pollers do in the name of the function's role. */
const pollerActions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/** As many pollers as Lambda starts with when the template says nothing. */
const defaultConcurrency = 5;

/** @throws Error where AWS would refuse to make the mapping, and for what the local cloud does not know */
export function queueMappingsOf(
  deployment: Deployment,
  functions: readonly FunctionDefinition[],
): QueueMapping[] {
  const queues = deployment.resources("AWS::SQS::Queue");
  return deployment
    .resources("AWS::Lambda::EventSourceMapping")
    .filter(({ properties }) => properties["Enabled"] !== false)
    .map((mapping) => {
      const { EventSourceArn, FunctionName } = mapping.properties;
      const queue = queues.find(({ arn }) => arn === EventSourceArn);
      if (!queue) throw new Error(`${mapping.logicalId}: the local cloud knows queues as event sources only`);
      const target = functions.find(({ name, arn }) => name === FunctionName || arn === FunctionName);
      if (!target) throw new Error(`${mapping.logicalId}: the template has no function ${FunctionName}`);
      checkPollerRole(target, queue);
      return mappingOf(mapping, queue, target);
    });
}

function mappingOf(
  { logicalId, properties }: DeployedResource,
  queue: DeployedResource,
  target: FunctionDefinition,
): QueueMapping {
  if (properties["FilterCriteria"]) {
    throw new Error(`${logicalId}: the local cloud does not know filter criteria yet`);
  }
  const scaling = Object(properties["ScalingConfig"]) as { MaximumConcurrency?: number };
  const types = (properties["FunctionResponseTypes"] as string[] | undefined) ?? [];
  return {
    id: logicalId,
    queueUrl: queue.ref,
    queueArn: queue.arn,
    functionId: target.id,
    batchSize: Number(properties["BatchSize"] ?? 10),
    windowMs: Number(properties["MaximumBatchingWindowInSeconds"] ?? 0) * 1000,
    reportsFailures: types.includes("ReportBatchItemFailures"),
    maxConcurrency: Math.min(
      scaling.MaximumConcurrency ?? target.reservedConcurrency ?? defaultConcurrency,
      target.reservedConcurrency ?? Number.POSITIVE_INFINITY,
    ),
  };
}

function checkPollerRole({ id, role }: FunctionDefinition, queue: DeployedResource): void {
  for (const action of pollerActions) {
    if (decide(role.statements, { action, resource: queue.arn }) === "allowed") continue;
    throw new Error(`the role of ${id} does not allow ${action} on ${queue.arn}: its queue cannot be polled`);
  }
}
