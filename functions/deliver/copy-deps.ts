import * as z from "zod";
import type { Account } from "../../shared/accounts/account.ts";
import { plans } from "../../shared/billing/plans.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { metricNames } from "../../shared/contracts/metric-names.ts";
import type { CopyDeps } from "../../shared/delivery/copies.ts";
import { sentCopyClient } from "../../shared/messages/sent-copy-client.ts";
import { bucketClient } from "../../shared/platform/aws-clients.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger, metrics } from "../../shared/platform/observability.ts";

/** What copies of what is sent need, from the environment. */
export function copyDepsFromEnvironment(): CopyDeps {
  const { LOG_BUCKET: bucket } = readEnvironment({ [environmentNames.logBucket]: z.string() });
  return {
    client: sentCopyClient({ s3: bucketClient({ requestChecksumCalculation: "WHEN_REQUIRED" }), bucket }),
    logDaysOf,
    held: { bytes: 0 },
    lost({ error, ...ids }) {
      logger.warn("copies of sent messages are lost", { ...ids, failure: failureOf(error) });
      metrics.addMetric(metricNames.copiesLost, "Count", ids.messages);
    },
  };
}

/** A plan that is no more shows as much as the largest. */
function logDaysOf({ planName }: Account): number {
  const plan = plans.find(({ name }) => name === planName);
  return plan?.logDays ?? Math.max(...plans.map(({ logDays }) => logDays));
}
