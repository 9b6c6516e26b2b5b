import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";

/**
 * The process's structured logger. Message content, addresses and tokens never go into it: ids do.
 */
export const logger = new Logger({ serviceName: "postern" });

/** The process's metrics (CloudWatch embedded metric format), namespace `Postern`. */
export const metrics = new Metrics({ namespace: "Postern", serviceName: "postern" });
