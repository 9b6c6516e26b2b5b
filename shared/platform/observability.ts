import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";

// Marked as pure, so that a bundle which needs only one of the two leaves the other out.

/**
 * The process's structured logger. Message content, addresses and tokens never go into it: ids do.
 */
export const logger = /* @__PURE__ */ new Logger({ serviceName: "postern" });

/** The process's metrics (CloudWatch embedded metric format), namespace `Postern`. */
export const metrics = /* @__PURE__ */ new Metrics({ namespace: "Postern", serviceName: "postern" });
