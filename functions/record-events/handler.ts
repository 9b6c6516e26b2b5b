import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";
import type { QueueEvent, QueueResponse } from "../../shared/platform/queue-event.ts";
import { consume } from "./consume.ts";
import { depsFromEnvironment } from "./deps.ts";

const deps = depsFromEnvironment();

/** Records what became of messages, and lets follow what follows from it; what fails comes again, alone. */
export async function handler(event: QueueEvent): Promise<QueueResponse> {
  const failures = await consume(deps, event.Records);
  for (const { id, error } of failures) {
    logger.error("events were not recorded", { sqsMessageId: id, failure: failureOf(error) });
  }
  return { batchItemFailures: failures.map(({ id }) => ({ itemIdentifier: id })) };
}
