import { AwsError } from "./aws-error.ts";
import { type AwsRequest, type AwsService, decoded, ok } from "./protocol.ts";

export interface Invocation {
  /** As the caller named it: name or ARN, without a qualifier. */
  functionName: string;
  event: unknown;
  /** An event invocation's caller does not wait for the result. */
  invocationType: "RequestResponse" | "Event";
}

/** What a function returned, or the error that it ended with (`functionError` names the kind). */
export interface InvocationResult {
  payload: unknown;
  functionError?: "Handled" | "Unhandled";
}

/** Runs a function; undefined where there is none of this name. */
export type Invoke = (invocation: Invocation) => Promise<InvocationResult | undefined>;

const pathPattern = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

export function isInvocation({ path }: { path: string }): boolean {
  return pathPattern.test(path);
}

/** Lambda's Invoke: RequestResponse waits, Event answers 202 at once, DryRun only 204. */
export function lambdaService(invoke: Invoke): AwsService {
  return async (request) => {
    const functionName = functionNameOf(request.path);
    const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
    if (type === "DryRun") return { status: 204, body: Buffer.alloc(0) };
    const event = eventOf(request);
    if (type === "Event") {
      void invoke({ functionName, event, invocationType: "Event" }).catch((error) =>
        console.error(`invoking ${functionName} failed:`, error),
      );
      return { status: 202, body: Buffer.alloc(0) };
    }
    const result = await invoke({ functionName, event, invocationType: "RequestResponse" });
    if (!result) throw new AwsError(404, "ResourceNotFoundException", `Function not found: ${functionName}`);
    return {
      ...ok(Buffer.from(JSON.stringify(result.payload ?? null))),
      headers: {
        "x-amz-executed-version": "$LATEST",
        ...(result.functionError ? { "x-amz-function-error": result.functionError } : {}),
      },
    };
  };
}

function functionNameOf(path: string): string {
  const encoded = pathPattern.exec(path)?.[1] ?? "";
  // Both forms may carry a qualifier (`name:alias`, `arn:…:function:name:alias`), of which there is one here.
  const name = decoded(encoded);
  return name.startsWith("arn:") ? name.split(":").slice(0, 7).join(":") : (name.split(":")[0] ?? name);
}

function eventOf({ body }: AwsRequest): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError(400, "InvalidRequestContentException", "Could not parse request body into json.");
  }
}
