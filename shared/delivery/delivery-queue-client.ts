import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type DeliveryJob, jobText } from "../contracts/delivery-job.ts";
import type { Clock } from "../platform/clock.ts";

export type DeliveryQueueClient = ReturnType<typeof deliveryQueueClient>;

/** SQS delays a message no longer; who waits longer comes back and is put back again. */
const longestDelaySeconds = 900;

/** The delivery queue of this worker's own stream, as far as the worker feeds it. */
export function deliveryQueueClient(deps: { sqs: SQSClient; queueUrl: string; clock: Clock }) {
  const { sqs, queueUrl, clock } = deps;
  return {
    /** Puts a job into the queue that is not due before `notBefore` (epoch ms). */
    async putBack(job: DeliveryJob, notBefore: number): Promise<void> {
      const seconds = Math.ceil((notBefore - clock.now()) / 1000);
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: jobText({ ...job, notBefore }),
          DelaySeconds: Math.min(Math.max(seconds, 0), longestDelaySeconds),
        }),
      );
    },
  };
}
