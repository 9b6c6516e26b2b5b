import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DeployedResource, Deployment } from "../template/deployment.ts";

export interface QueueDepth {
  readonly queue: string;
  /** Ready to be received. */
  readonly visible: number;
  /** Received and not yet deleted, or waiting for another try. */
  readonly invisible: number;
  readonly delayed: number;
  /** What other queues give up on comes here. */
  readonly isDeadLetterQueue: boolean;
}

/** How much each queue of the template holds. */
export async function queueDepths(deployment: Deployment, sqs: SQSClient): Promise<QueueDepth[]> {
  const queues = deployment.resources("AWS::SQS::Queue");
  const deadLetterArns = new Set([...queues.map(redriveTarget), ...scheduleDeadLetters(deployment)]);
  return Promise.all(
    queues.map(async ({ logicalId, ref, arn }) => {
      const { Attributes: attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: ref, AttributeNames: ["All"] }),
      );
      const count = (kind: "" | "NotVisible" | "Delayed") =>
        Number(attributes[`ApproximateNumberOfMessages${kind}`] ?? 0);
      return {
        queue: logicalId,
        visible: count(""),
        invisible: count("NotVisible"),
        delayed: count("Delayed"),
        isDeadLetterQueue: deadLetterArns.has(arn),
      };
    }),
  );
}

function redriveTarget({ properties }: DeployedResource): string | undefined {
  return Object(properties["RedrivePolicy"]).deadLetterTargetArn;
}

function scheduleDeadLetters(deployment: Deployment): (string | undefined)[] {
  return deployment
    .resources("AWS::Scheduler::Schedule")
    .map(({ properties }) => Object(Object(properties["Target"]).DeadLetterConfig).Arn);
}
