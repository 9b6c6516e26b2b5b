import * as z from "zod";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { documentClient, queueClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { backlogStore } from "../../shared/webhooks/backlog-store.ts";
import { settleAudits } from "../../shared/webhooks/settle-audits.ts";
import { tickQueueClient } from "../../shared/webhooks/tick-queue-client.ts";
import { webhookStore } from "../../shared/webhooks/webhook-store.ts";

const env = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.webhooksTable]: z.string(),
  [environmentNames.webhookTicksUrl]: z.string(),
});
const client = documentClient();
const webhooks = { client, table: env.WEBHOOKS_TABLE, clock };
const deps = {
  audits: auditStore({ client, table: env.ACCOUNTS_TABLE, clock }),
  webhooks: webhookStore(webhooks),
  backlog: backlogStore(webhooks),
  ticks: tickQueueClient({ sqs: queueClient(), queueUrl: env.WEBHOOK_TICKS_URL, clock }),
};

/** Started by the clock, each minute. */
export async function handler(): Promise<void> {
  const { failed } = await settleAudits(deps);
  // After all others are done, so that the alarm on errors tells.
  if (failed > 0) throw new Error(`${failed} entries of audit logs are not settled`);
}
