import * as z from "zod";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { pastEventsStore } from "../../shared/messages/past-events-store.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { documentClient, keyClient, queueClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { logger } from "../../shared/platform/observability.ts";
import { backlogStore } from "../../shared/webhooks/backlog-store.ts";
import type { DispatchDeps } from "../../shared/webhooks/dispatch.ts";
import { endpointClient } from "../../shared/webhooks/endpoint-client.ts";
import { leaseStore } from "../../shared/webhooks/lease-store.ts";
import type { ReplayDeps } from "../../shared/webhooks/replay.ts";
import { secretClient } from "../../shared/webhooks/secret-client.ts";
import { tickQueueClient } from "../../shared/webhooks/tick-queue-client.ts";
import { webhookStore } from "../../shared/webhooks/webhook-store.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): DispatchDeps & ReplayDeps {
  const env = readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.noticesTable]: z.string(),
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.webhooksTable]: z.string(),
    [environmentNames.webhookTicksUrl]: z.string(),
    [environmentNames.slowWebhookTicksUrl]: z.string(),
    [environmentNames.webhookKeyId]: z.string(),
    [environmentNames.webhookAllowPrivate]: z.stringbool(),
  });
  const client = documentClient();
  const webhooksTable = { client, table: env.WEBHOOKS_TABLE, clock };
  return {
    webhooks: webhookStore(webhooksTable),
    leases: leaseStore(webhooksTable),
    pastEvents: pastEventsStore({ client, table: env.MESSAGES_TABLE }),
    backlog: backlogStore(webhooksTable),
    ticks: tickQueueClient({
      ...{ sqs: queueClient(), clock },
      ...{ queueUrl: env.WEBHOOK_TICKS_URL, slowQueueUrl: env.SLOW_WEBHOOK_TICKS_URL },
    }),
    secrets: secretClient({ kms: keyClient(), keyId: env.WEBHOOK_KEY_ID }),
    endpoints: endpointClient({ allowPrivate: env.WEBHOOK_ALLOW_PRIVATE }),
    audits: auditStore({ client, table: env.ACCOUNTS_TABLE, clock }),
    owner: ownerOf(noticeStore({ client, table: env.NOTICES_TABLE, clock })),
    clock,
    warn: (text, ids) => logger.warn(text, ids),
  };
}
