import { randomUUID } from "node:crypto";
import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { type AwsService, bodyAs, ok } from "./protocol.ts";

const getSchema = z.object({ SecretId: z.string().min(1) });

export interface Secret {
  name: string;
  arn?: string;
  value: string;
}

/** Secrets Manager's GetSecretValue and DescribeSecret over secrets that are given at the start, found by name or ARN. */
export function secretsManagerService(options: {
  secrets: Secret[];
  region: string;
  account: string;
}): AwsService {
  const { region, account } = options;
  const createdAt = Date.now() / 1_000;
  const secrets = options.secrets.map(({ name, arn, value }) => ({
    ARN: arn ?? `arn:aws:secretsmanager:${region}:${account}:secret:${name}-local0`,
    Name: name,
    VersionId: randomUUID(),
    SecretString: value,
    VersionStages: ["AWSCURRENT"],
    CreatedDate: createdAt,
  }));
  return async (request) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1];
    if (operation !== "GetSecretValue" && operation !== "DescribeSecret") {
      throw new AwsError(
        400,
        "UnknownOperationException",
        `Secrets Manager ${operation} is not served locally.`,
      );
    }
    const { SecretId } = bodyAs(getSchema, request, "InvalidParameterException");
    const secret = secrets.find(({ Name, ARN }) => Name === SecretId || ARN === SecretId);
    if (secret && operation === "DescribeSecret") {
      const { SecretString: _value, ...described } = secret;
      return ok(described);
    }
    if (secret) return ok(secret);
    throw new AwsError(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  };
}
