import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { DeployedResource, Deployment } from "../template/deployment.ts";

/** Makes the template's queues; those of an earlier start keep their messages and take the new attributes. */
export async function createQueues(deployment: Deployment, sqs: SQSClient): Promise<void> {
  const policies = policiesOf(deployment);
  const queues = deployment
    .resources("AWS::SQS::Queue")
    .map((queue) => ({ ...queue, policy: policies.get(queue.ref) }));
  // A redrive policy needs its dead-letter queue to be there.
  const [withRedrive, plain] = [queues.filter(hasRedrive), queues.filter((queue) => !hasRedrive(queue))];
  await Promise.all(plain.map((queue) => createQueue(queue, sqs)));
  await Promise.all(withRedrive.map((queue) => createQueue(queue, sqs)));
}

type PoliciedQueue = DeployedResource & { readonly policy: unknown };

/** The policies of queues, by their URLs. */
function policiesOf(deployment: Deployment): Map<string, unknown> {
  return new Map(
    deployment
      .resources("AWS::SQS::QueuePolicy")
      .flatMap(({ properties: { Queues, PolicyDocument } }) =>
        (Queues as string[]).map((url) => [url, PolicyDocument] as const),
      ),
  );
}

function hasRedrive({ properties }: DeployedResource): boolean {
  return properties["RedrivePolicy"] !== undefined;
}

async function createQueue(queue: PoliciedQueue, sqs: SQSClient): Promise<void> {
  const QueueName = queue.ref.split("/").at(-1) ?? "";
  const Attributes = queueAttributes(queue);
  const existing = await sqs.send(new GetQueueUrlCommand({ QueueName })).catch((error: unknown) => {
    if (error instanceof QueueDoesNotExist) return undefined;
    throw error;
  });
  if (existing) await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.ref, Attributes }));
  else await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
}

const attributeNames = [
  "DelaySeconds",
  "MaximumMessageSize",
  "MessageRetentionPeriod",
  "ReceiveMessageWaitTimeSeconds",
  "VisibilityTimeout",
  "FifoQueue",
  "ContentBasedDeduplication",
] as const;

function queueAttributes({ properties, policy }: PoliciedQueue): Record<string, string> {
  const plain = attributeNames
    .map((name) => [name, properties[name]])
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)]);
  const redrive = properties["RedrivePolicy"];
  return {
    ...Object.fromEntries(plain),
    ...(policy !== undefined && { Policy: JSON.stringify(policy) }),
    ...(redrive !== undefined && { RedrivePolicy: JSON.stringify(redrive) }),
  };
}
