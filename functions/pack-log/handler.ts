import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { logBlockClient } from "../../shared/messages/log-block-client.ts";
import { logIndexStore } from "../../shared/messages/log-index-store.ts";
import { logPackingStore } from "../../shared/messages/log-packing-store.ts";
import { packLogs } from "../../shared/messages/pack-log.ts";
import { bucketClient, documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";

interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** The largest step takes less: 50,000 rows read, joined with a block of as many, and written. */
const stepMs = 60_000;

const { MESSAGES_TABLE: table, LOG_BUCKET: bucket } = readEnvironment({
  [environmentNames.messagesTable]: z.string(),
  [environmentNames.logBucket]: z.string(),
});
const client = documentClient();
const deps = {
  index: logIndexStore({ client, table }),
  packing: logPackingStore({ client, table }),
  blocks: logBlockClient({ s3: bucketClient(), bucket }),
  clock,
};

/** Started by schedule: packs the logs of accounts that have much in theirs. */
export async function handler(_event: unknown, context: LambdaContext): Promise<void> {
  const hasTime = () => context.getRemainingTimeInMillis() > stepMs;
  const { failures, ...packed } = await packLogs(deps, { hasTime });
  if (packed.rows + packed.deltas > 0) logger.info("logs were packed", packed);
  for (const { accountId, error } of failures) {
    logger.error("a log was not packed", { accountId, failure: failureOf(error) });
  }
  // After all others are done, so that the alarm on errors tells.
  if (failures.length > 0) throw new Error(`${failures.length} logs were not packed`);
}
