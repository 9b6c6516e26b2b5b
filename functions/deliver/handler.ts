import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { deliveryJobSchema } from "../../shared/contracts/delivery-job.ts";
import { deliver } from "../../shared/delivery/deliver.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger, metrics } from "../../shared/platform/observability.ts";
import { depsFromEnvironment } from "./deps.ts";

const deps = depsFromEnvironment();
const processor = new BatchProcessor(EventType.SQS);

/** Works off the delivery queue of one stream; a job that fails comes again, the others do not. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const remainingMs = () => context.getRemainingTimeInMillis();
  const workOff = (record: SQSRecord) => work(record, { remainingMs });
  const response = await processPartialResponse(event, workOff, processor, {
    context,
    throwOnFullBatchFailure: false,
  });
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  return response;
}

async function work(record: SQSRecord, invocation: { remainingMs: () => number }): Promise<void> {
  try {
    // A job that cannot be read stays unread: after its last try the dead-letter queue keeps it.
    await deliver(deps, deliveryJobSchema.parse(JSON.parse(record.body)), invocation);
  } catch (error) {
    logger.error("a delivery job failed", { sqsMessageId: record.messageId, failure: failureOf(error) });
    throw error;
  }
}
