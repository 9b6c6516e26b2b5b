import { settleAll } from "../settle-all.ts";
import type { Deployment } from "../template/deployment.ts";
import type { AwsClients } from "./aws-clients.ts";
import { createBuckets } from "./buckets.ts";
import { createQueues } from "./queues.ts";
import { createTables } from "./tables.ts";
import { createTopics } from "./topics.ts";

/** Makes what the template declares and an earlier start has not made. */
export async function createResources(deployment: Deployment, clients: AwsClients): Promise<void> {
  await settleAll([
    createTables(deployment, clients.dynamodb),
    createBuckets(deployment, clients.s3),
    // A subscription needs its queue.
    createQueues(deployment, clients.sqs).then(() => createTopics(deployment, clients.sns)),
  ]);
}
