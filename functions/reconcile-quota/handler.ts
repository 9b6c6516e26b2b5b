import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { metricNames } from "../../shared/contracts/metric-names.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { logger, metrics } from "../../shared/platform/observability.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { reconcileQuota } from "../../shared/quota/reconcile-quota.ts";

const { QUOTA_TABLE, MESSAGES_TABLE } = readEnvironment({
  [environmentNames.quotaTable]: z.string(),
  [environmentNames.messagesTable]: z.string(),
});
const client = documentClient();
const quota = quotaStore({ client, table: QUOTA_TABLE, clock });
const messages = messageStore({ client, table: MESSAGES_TABLE, clock });

/** Started by schedule: settles reservations that a crash left open. */
export async function handler(): Promise<void> {
  const { units, failures } = await reconcileQuota({ clock, quota, messages });
  if (units > 0) metrics.addMetric(metricNames.quotaReconciled, "Count", units);
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  for (const { stale, error } of failures) logger.error("reservation stays open", { ...stale, error });
  // After all others are done, so that the alarm on errors tells.
  if (failures.length > 0) throw new Error(`${failures.length} reservations stay open`);
}
