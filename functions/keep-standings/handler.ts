import * as z from "zod";
import { standingStore } from "../../shared/accounts/standing-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { heldJobClient } from "../../shared/delivery/held-job-client.ts";
import { type LookAfterDeps, lookAfter } from "../../shared/delivery/look-after.ts";
import { heldStore } from "../../shared/messages/held-store.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { bucketClient, documentClient, queueClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";
import { deliveryQueueClient } from "../../shared/submission/delivery-queue-client.ts";

/** Of the four minutes that an invocation may last. The next round goes on. */
const workForMs = 180_000;
const mostInOneRound = 100;

const env = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.messagesTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
  [environmentNames.payloadsBucket]: z.string(),
  [environmentNames.transactionalQueueUrl]: z.string(),
  [environmentNames.bulkQueueUrl]: z.string(),
});
const client = documentClient();
const sqs = queueClient();
const deps: LookAfterDeps = {
  standings: standingStore({ client, table: env.ACCOUNTS_TABLE, clock }),
  held: heldStore({ client, table: env.MESSAGES_TABLE }),
  heldJobs: heldJobClient({ s3: bucketClient(), bucket: env.PAYLOADS_BUCKET }),
  queues: {
    transactional: deliveryQueueClient({ sqs, queueUrl: env.TRANSACTIONAL_QUEUE_URL }),
    bulk: deliveryQueueClient({ sqs, queueUrl: env.BULK_QUEUE_URL }),
  },
  owner: ownerOf(noticeStore({ client, table: env.NOTICES_TABLE, clock })),
  clock,
};

/** Started by schedule: looks after the accounts that are suspended, were so, or have something to be told. */
export async function handler(): Promise<void> {
  const until = clock.now() + workForMs;
  let failures = 0;
  for (const accountId of await deps.standings.due(mostInOneRound)) {
    try {
      failures += (await lookAfter(deps, accountId, until)).failed;
    } catch (error) {
      failures += 1;
      logger.error("an account could not be looked after", { accountId, failure: failureOf(error) });
    }
  }
  // After all others are done, so that the alarm on errors tells.
  if (failures > 0) throw new Error(`${failures} held jobs or accounts are left for the next round`);
}
