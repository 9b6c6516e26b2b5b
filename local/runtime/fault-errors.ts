import type { AwsCall } from "./aws-call.ts";
import type { FaultEffect } from "./fault-rules.ts";

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly $fault: "client" | "server";
  readonly httpStatusCode?: number;
  readonly $retryable?: { throttling: boolean };
}

const throttles: Readonly<Record<string, string>> = {
  dynamodb: "ProvisionedThroughputExceededException",
  sqs: "RequestThrottled",
  s3: "SlowDown",
  ses: "TooManyRequestsException",
};

function failureOf(call: AwsCall, effect: Exclude<FaultEffect, "die">): Failure {
  switch (effect) {
    case "throttle":
      return {
        name: throttles[call.service] ?? "ThrottlingException",
        message: "Rate exceeded",
        $fault: "client",
        httpStatusCode: call.service === "s3" ? 503 : call.service === "ses" ? 429 : 400,
        $retryable: { throttling: true },
      };
    case "error":
      return {
        name: "InternalServerError",
        message: "The request processing has failed because of an unknown error",
        $fault: "server",
        httpStatusCode: 500,
      };
    case "timeout":
      return { name: "TimeoutError", message: "The answer did not come in time", $fault: "client" };
  }
}

/** The error that the SDK would throw, had the service or the network failed like this. */
export function faultError(call: AwsCall, effect: Exclude<FaultEffect, "die">): Error {
  const { name, message, httpStatusCode, ...rest } = failureOf(call, effect);
  return Object.assign(new Error(message), rest, {
    name,
    $metadata: { attempts: 3, totalRetryDelay: 0, ...(httpStatusCode !== undefined && { httpStatusCode }) },
  });
}
