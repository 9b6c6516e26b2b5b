import { accountStore } from "../accounts/account-store.ts";
import { rateLimitStore } from "../accounts/rate-limit-store.ts";
import { demoDomainStore } from "../domains/demo-domain-store.ts";
import { domainStore } from "../domains/domain-store.ts";
import { documentClient, queueClient } from "../platform/aws-clients.ts";
import { systemClock } from "../platform/clock.ts";
import type { Owner } from "../platform/notice.ts";
import { quotaStore } from "../quota/quota-store.ts";
import type { AcceptPlaces } from "./accept-environment.ts";
import { deliveryQueueClient } from "./delivery-queue-client.ts";
import type { AcceptDeps, MessageLog } from "./deps.ts";
import { idempotencyStore } from "./idempotency-store.ts";
import { payloadClient } from "./payload-client.ts";

type Table = { client: ReturnType<typeof documentClient>; table: string; clock: typeof systemClock };

/** What accepting needs besides the queue of the stream. */
export type AcceptDepsOf = (queueUrl: string) => AcceptDeps;

/**
 * What accepting needs, for each queue that a process accepts for; the streams share all but the queue, so
 * that their caches and counters are one.
 *
 * @param above the message log and the notices, which stand above this room
 */
export function acceptDeps(
  places: AcceptPlaces,
  above: { messages(table: Table): MessageLog; owner(table: Table): Owner },
): AcceptDepsOf {
  const client = documentClient();
  const sqs = queueClient();
  const table = (name: string): Table => ({ client, table: name, clock: systemClock });
  const shared = {
    accounts: accountStore(table(places.ACCOUNTS_TABLE)),
    domains: domainStore(table(places.ACCOUNTS_TABLE)),
    demoDomains: demoDomainStore(table(places.ACCOUNTS_TABLE)),
    rates: rateLimitStore(table(places.COUNTERS_TABLE)),
    quota: quotaStore(table(places.QUOTA_TABLE)),
    messages: above.messages(table(places.MESSAGES_TABLE)),
    owner: above.owner(table(places.NOTICES_TABLE)),
    idempotency: idempotencyStore(table(places.IDEMPOTENCY_TABLE)),
    payloads: payloadClient({ connect: connectBucket, bucket: places.PAYLOADS_BUCKET }),
    clock: systemClock,
  };
  return (queueUrl) => ({ ...shared, queue: deliveryQueueClient({ sqs, queueUrl }) });
}

async function connectBucket() {
  const { bucketClient } = await import("../platform/bucket-client.ts");
  return bucketClient();
}
