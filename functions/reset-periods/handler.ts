import * as z from "zod";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { periodEventsClient } from "../../shared/billing/period-events-client.ts";
import { resetPeriods } from "../../shared/billing/reset-periods.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { metricNames } from "../../shared/contracts/metric-names.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { documentClient, eventBridgeClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { logger, metrics } from "../../shared/platform/observability.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";

const env = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.quotaTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
});
const client = documentClient();
const deps = {
  accounts: accountStore({ client, table: env.ACCOUNTS_TABLE, clock }),
  quota: quotaStore({ client, table: env.QUOTA_TABLE, clock }),
  periodEvents: periodEventsClient({ events: eventBridgeClient() }),
  owner: ownerOf(noticeStore({ client, table: env.NOTICES_TABLE, clock })),
};

/** Started by schedule: closes the billing periods that have ended, and tells of those that are closed. */
export async function handler(): Promise<void> {
  const { closed, failures } = await resetPeriods(deps);
  if (closed > 0) metrics.addMetric(metricNames.periodsClosed, "Count", closed);
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  for (const { accountId, error } of failures)
    logger.error("a period stays open or untold", { accountId, error });
  // After all others are done, so that the alarm on errors tells.
  if (failures.length > 0) throw new Error(`${failures.length} billing periods stay open or untold`);
}
