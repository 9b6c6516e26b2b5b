import * as z from "zod";
import { resetPeriods } from "../../shared/billing/reset-periods.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { metricNames } from "../../shared/contracts/metric-names.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { logger, metrics } from "../../shared/platform/observability.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";

const { QUOTA_TABLE } = readEnvironment({ [environmentNames.quotaTable]: z.string() });
const quota = quotaStore({ client: documentClient(), table: QUOTA_TABLE, clock: systemClock });

/** Started by schedule: closes the billing periods that have ended. */
export async function handler(): Promise<void> {
  const { closed, failures } = await resetPeriods({ quota });
  if (closed > 0) metrics.addMetric(metricNames.periodsClosed, "Count", closed);
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  for (const { accountId, error } of failures) logger.error("period stays open", { accountId, error });
  // After all others are done, so that the alarm on errors tells.
  if (failures.length > 0) throw new Error(`${failures.length} billing periods stay open`);
}
