import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { KMSClient } from "@aws-sdk/client-kms";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

export { bucketClient } from "./bucket-client.ts";

// Short time-outs: an answer that takes longer than this is as good as none, and the caller's own
// time-out (30 s at an HTTP API) must not be spent on one call.
// Without `throwOnRequestTimeout` the SDK only warns and goes on waiting.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/**
 * Leaves out of each call what nobody reads and what costs a twentieth of its processor time: log entries for
 * a logger that logs nothing, and a description of this machine in two header fields.
 */
function lean<Client extends { readonly middlewareStack: { remove(name: string): boolean } }>(
  client: Client,
): Client {
  client.middlewareStack.remove("loggerMiddleware");
  client.middlewareStack.remove("getUserAgentMiddleware");
  return client;
}

/** A DynamoDB client that speaks plain objects; undefined values are left out when marshalled. */
export function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(lean(new DynamoDBClient({ requestHandler })), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

export function queueClient(): SQSClient {
  return lean(new SQSClient({ requestHandler }));
}

/**
 * An SES client that never repeats a call by itself: a call whose answer was lost may have sent the
 * email, and only the message's claim knows whether it may be tried again.
 */
export function mailClient(): SESv2Client {
  return lean(
    new SESv2Client({ requestHandler: { ...requestHandler, requestTimeout: 10_000 }, maxAttempts: 1 }),
  );
}

/**
 * An SES client for identities. Amazon SES takes about one such call a second, of all customers together; a call may be
 * repeated, and is for some seconds.
 */
export function identityClient(): SESv2Client {
  return lean(new SESv2Client({ requestHandler, maxAttempts: 7 }));
}

export function eventBridgeClient(): EventBridgeClient {
  return new EventBridgeClient({ requestHandler });
}

export function keyClient(): KMSClient {
  return new KMSClient({ requestHandler });
}

export function secretClient(): SecretsManagerClient {
  return new SecretsManagerClient({ requestHandler });
}
