import type { QueueDepth as EngineDepth } from "../engines/queues.ts";
import type { DeployedResource, Deployment } from "../template/deployment.ts";

/** How much a queue of the template holds, by its logical id. */
export interface QueueDepth extends Omit<EngineDepth, "name"> {
  readonly queue: string;
  /** What other queues give up on comes here. */
  readonly isDeadLetterQueue: boolean;
}

/** How much each queue of the template holds, of all that the engine has. */
export function queueDepths(deployment: Deployment, depths: readonly EngineDepth[]): QueueDepth[] {
  const queues = deployment.resources("AWS::SQS::Queue");
  const deadLetterArns = new Set([...queues.map(redriveTarget), ...scheduleDeadLetters(deployment)]);
  const known = new Map(depths.map(({ name, ...depth }) => [name, depth]));
  return queues.map(({ logicalId, arn }) => ({
    queue: logicalId,
    ...(known.get(arn.slice(arn.lastIndexOf(":") + 1)) ?? { visible: 0, invisible: 0, delayed: 0 }),
    isDeadLetterQueue: deadLetterArns.has(arn),
  }));
}

function redriveTarget({ properties }: DeployedResource): string | undefined {
  return Object(properties["RedrivePolicy"]).deadLetterTargetArn;
}

function scheduleDeadLetters(deployment: Deployment): (string | undefined)[] {
  return deployment
    .resources("AWS::Scheduler::Schedule")
    .map(({ properties }) => Object(Object(properties["Target"]).DeadLetterConfig).Arn);
}
