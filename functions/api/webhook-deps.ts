import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type documentClient, keyClient, queueClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { endpointClient } from "../../shared/webhooks/endpoint-client.ts";
import { secretClient } from "../../shared/webhooks/secret-client.ts";
import { tickQueueClient } from "../../shared/webhooks/tick-queue-client.ts";
import { webhookStore } from "../../shared/webhooks/webhook-store.ts";
import type { WebhookDeps } from "./routes/webhooks.ts";

export type WebhookOutside = Pick<WebhookDeps, "webhooks" | "ticks" | "secrets" | "endpoints">;

/** What the routes of webhooks need of the outside besides what others need. */
export function webhookDepsFromEnvironment(client: ReturnType<typeof documentClient>): WebhookOutside {
  const env = readEnvironment({
    [environmentNames.webhooksTable]: z.string(),
    [environmentNames.webhookTicksUrl]: z.string(),
    [environmentNames.webhookKeyId]: z.string(),
    [environmentNames.webhookAllowPrivate]: z.stringbool(),
  });
  return {
    webhooks: webhookStore({ client, table: env.WEBHOOKS_TABLE, clock }),
    ticks: tickQueueClient({ sqs: queueClient(), queueUrl: env.WEBHOOK_TICKS_URL, clock }),
    secrets: secretClient({ kms: keyClient(), keyId: env.WEBHOOK_KEY_ID }),
    endpoints: endpointClient({ allowPrivate: env.WEBHOOK_ALLOW_PRIVATE }),
  };
}
