import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { mailServerClient } from "../../shared/delivery/mail-server-client.ts";
import { eventStore } from "../../shared/messages/event-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { packedLogStore } from "../../shared/messages/packed-log-store.ts";
import { documentClient, queueClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { dnsClient } from "../../shared/platform/dns-client.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { suppressFor } from "../../shared/suppressions/suppress.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import { backlogStore } from "../../shared/webhooks/backlog-store.ts";
import { type TellDeps, tellWebhooks } from "../../shared/webhooks/tell-webhooks.ts";
import { tickQueueClient } from "../../shared/webhooks/tick-queue-client.ts";
import { webhookStore } from "../../shared/webhooks/webhook-store.ts";
import type { ConsumeDeps } from "./consume.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): ConsumeDeps {
  const env = readEnvironment({
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.statsTable]: z.string(),
    [environmentNames.suppressionsTable]: z.string(),
    [environmentNames.webhooksTable]: z.string(),
    [environmentNames.webhookTicksUrl]: z.string(),
    [environmentNames.dnsServer]: z.string().optional(),
  });
  const client = documentClient();
  const suppressions = suppressionStore({ client, table: env.SUPPRESSIONS_TABLE, clock });
  const table = env.MESSAGES_TABLE;
  const packedLog = packedLogStore({ client, table, clock, random: Math.random });
  const webhooksTable = { client, table: env.WEBHOOKS_TABLE, clock };
  const telling: TellDeps = {
    webhooks: webhookStore(webhooksTable),
    backlog: backlogStore(webhooksTable),
    ticks: tickQueueClient({ sqs: queueClient(), queueUrl: env.WEBHOOK_TICKS_URL, clock }),
  };
  return {
    messages: messageStore({ client, table, clock }),
    recording: {
      events: eventStore({ client, messagesTable: table, statsTable: env.STATS_TABLE, deltas: packedLog }),
      clock,
    },
    mailServers: mailServerClient({ dns: dnsClient({ server: env.DNS_SERVER }), clock }),
    followers: [
      packedLog.noteDeltas,
      (recorded) => suppressFor({ suppressions }, recorded),
      (recorded) => tellWebhooks(telling, recorded),
    ],
  };
}
