import * as z from "zod";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { rateLimitStore } from "../../shared/accounts/rate-limit-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type Stream, streamSchema } from "../../shared/contracts/streams.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { documentClient, queueClient } from "../../shared/platform/aws-clients.ts";
import { systemClock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { deliveryQueueClient } from "../../shared/submission/delivery-queue-client.ts";
import type { AcceptDeps } from "../../shared/submission/deps.ts";
import { idempotencyStore } from "../../shared/submission/idempotency-store.ts";
import { payloadClient } from "../../shared/submission/payload-client.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): { deps: AcceptDeps; stream: Stream } {
  const environment = readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.quotaTable]: z.string(),
    [environmentNames.countersTable]: z.string(),
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.idempotencyTable]: z.string(),
    [environmentNames.payloadsBucket]: z.string(),
    [environmentNames.deliveryQueueUrl]: z.string(),
    [environmentNames.stream]: streamSchema,
  });
  const table = (name: string) => ({ client, table: name, clock: systemClock });
  const client = documentClient();
  const deps: AcceptDeps = {
    accounts: accountStore(table(environment.ACCOUNTS_TABLE)),
    domains: domainStore(table(environment.ACCOUNTS_TABLE)),
    rates: rateLimitStore(table(environment.COUNTERS_TABLE)),
    quota: quotaStore(table(environment.QUOTA_TABLE)),
    messages: messageStore(table(environment.MESSAGES_TABLE)),
    idempotency: idempotencyStore(table(environment.IDEMPOTENCY_TABLE)),
    payloads: payloadClient({ connect: connectBucket, bucket: environment.PAYLOADS_BUCKET }),
    queue: deliveryQueueClient({ sqs: queueClient(), queueUrl: environment.DELIVERY_QUEUE_URL }),
    clock: systemClock,
  };
  return { deps, stream: environment.STREAM };
}

async function connectBucket() {
  const { bucketClient } = await import("../../shared/platform/bucket-client.ts");
  return bucketClient();
}
