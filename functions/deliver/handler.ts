import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { deliveryJobSchema } from "../../shared/contracts/delivery-job.ts";
import { copiesOf } from "../../shared/delivery/copies.ts";
import { deliver } from "../../shared/delivery/deliver.ts";
import type { Invocation } from "../../shared/delivery/deliver-deps.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger, metrics } from "../../shared/platform/observability.ts";
import type { QueueEvent, QueueRecord, QueueResponse } from "../../shared/platform/queue-event.ts";
import { copyDepsFromEnvironment } from "./copy-deps.ts";
import { depsFromEnvironment } from "./deps.ts";

interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

const deps = depsFromEnvironment();
const copyDeps = copyDepsFromEnvironment();

/** Works off the delivery queue of one stream; a job that fails comes again, the others do not. */
export async function handler(event: QueueEvent, context: LambdaContext): Promise<QueueResponse> {
  const remainingMs = () => context.getRemainingTimeInMillis();
  // One for each batch: it remembers failures, and a process may have several batches in hand.
  const processor = new BatchProcessor(EventType.SQS);
  const copies = copiesOf(copyDeps, { remainingMs });
  const workOff = (record: QueueRecord) => work(record, { remainingMs, copies });
  const response = await processPartialResponse(event, workOff, processor, {
    throwOnFullBatchFailure: false,
  });
  await copies.put();
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  return response;
}

async function work(record: QueueRecord, invocation: Invocation): Promise<void> {
  try {
    // A job that cannot be read stays unread: after its last try the dead-letter queue keeps it.
    await deliver(deps, deliveryJobSchema.parse(JSON.parse(record.body)), invocation);
  } catch (error) {
    logger.error("a delivery job failed", { sqsMessageId: record.messageId, failure: failureOf(error) });
    throw error;
  }
}
