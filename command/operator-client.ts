import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type * as z from "zod";
import type { Connection } from "./connection.ts";
import { Refusal, UsageMistake } from "./failures.ts";

/** Longer than the function may run. */
const requestTimeout = 70_000;

export interface Operator {
  /** Does an action of the operator's function, and gives its answer as it came. */
  ask(action: string, details?: object): Promise<unknown>;
  /** The same, in a shape that is known. */
  read<Schema extends z.ZodType>(schema: Schema, action: string, details?: object): Promise<z.output<Schema>>;
}

/**
 * The operator's function, invoked with the caller's own AWS credentials: who may do what, IAM says. Nothing is
 * repeated by itself, since an answer that was lost may have been that of an account made.
 */
export function operatorClient({ functionName, endpoint, region, profile }: Connection): Operator {
  const isLocal = endpoint !== undefined;
  const lambda = new LambdaClient({
    maxAttempts: 1,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
    ...(isLocal && { endpoint, credentials: { accessKeyId: "local", secretAccessKey: "local" } }),
    ...((isLocal || region !== undefined) && { region: region ?? "us-east-1" }),
    ...(profile !== undefined && { profile }),
  });

  async function ask(action: string, details: object = {}): Promise<unknown> {
    const { Payload, FunctionError } = await lambda
      .send(
        new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify({ action, ...details }) }),
      )
      .catch((error: unknown) => {
        throw unreachable(error, functionName);
      });
    const answer = JSON.parse(Buffer.from(Payload ?? []).toString("utf8") || "null");
    if (FunctionError !== undefined) throw new Refusal(String(Object(answer).errorMessage ?? FunctionError));
    return answer;
  }

  return {
    ask,
    read: async (schema, action, details) => {
      const parsed = schema.safeParse(await ask(action, details));
      if (parsed.success) return parsed.data;
      throw new Refusal("the installation answers in a way that this version of the program does not know");
    },
  };
}

function unreachable(error: unknown, functionName: string): Error {
  const { name, message, code } = Object(error) as { name?: string; message?: string; code?: string };
  switch (name) {
    case "AccessDeniedException":
      return new Refusal(`your AWS credentials do not allow lambda:InvokeFunction on ${functionName}`);
    case "ResourceNotFoundException":
      return new Refusal(`there is no function ${functionName} in this account and region`);
    case "CredentialsProviderError":
      return new Refusal(`no AWS credentials (${message}): give --profile, or log in: aws sso login`);
    case "ExpiredTokenException":
      return new Refusal("your AWS credentials have expired: aws sso login");
    default:
      if (message === "Region is missing")
        return new UsageMistake("no AWS region: give --region or AWS_REGION");
      return new Refusal(
        code === "ECONNREFUSED"
          ? "the local cloud does not run: npm start"
          : `${name ?? "Error"}: ${message}`,
      );
  }
}
