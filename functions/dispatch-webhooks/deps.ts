import * as z from "zod";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { pastEventsStore } from "../../shared/messages/past-events-store.ts";
import { ownerEmailClient } from "../../shared/notifications/owner-email-client.ts";
import { documentClient, keyClient, mailClient, queueClient } from "../../shared/platform/aws-clients.ts";
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
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.webhooksTable]: z.string(),
    [environmentNames.webhookTicksUrl]: z.string(),
    [environmentNames.slowWebhookTicksUrl]: z.string(),
    [environmentNames.webhookKeyId]: z.string(),
    [environmentNames.webhookAllowPrivate]: z.stringbool(),
    [environmentNames.mailHost]: z.string(),
  });
  const client = documentClient();
  const webhooksTable = { client, table: env.WEBHOOKS_TABLE, clock };
  return {
    accounts: accountStore({ client, table: env.ACCOUNTS_TABLE, clock }),
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
    emails: ownerEmailClient({ ses: mailClient(), mailHost: env.MAIL_HOST, clock }),
    clock,
    warn: (text, ids) => logger.warn(text, ids),
  };
}
