import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type ApiDeps, depsFromEnvironment } from "../../functions/api/deps.ts";
import { startTestEndpoint } from "../../local/engines/aws/endpoint-test-kit.ts";
import { startDynamoEngine } from "../../local/engines/dynamodb.ts";
import { startQueues } from "../../local/engines/queues.ts";
import { createAccount } from "../../shared/billing/create-account.ts";
import type { Place } from "./api-requests.ts";
import { createTables, documentClientFor, type Tables } from "./dynamodb.ts";

const aws = { region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
const mailHost = "mail.example.net";

export interface AccountApi {
  /** As the function has them from its environment. */
  readonly deps: ApiDeps;
  readonly dynamo: ReturnType<typeof documentClientFor>;
  readonly tables: Tables;
  stop(): Promise<void>;
}

/**
 * All that the account API needs: embedded DynamoDB, S3, SQS, SES and KMS, and the environment of this process
 * that leads there. No name server is within reach.
 */
export async function startAccountApi(): Promise<AccountApi> {
  const [engine, queues] = await Promise.all([startDynamoEngine({ engine: "dynoxide" }), startQueues()]);
  const endpoint = await startTestEndpoint({
    ...{ snsUrl: queues.url, identities: [mailHost] },
    secrets: [{ name: "link", arn: "link", value: "k".repeat(64) }],
  });
  const bare = new DynamoDBClient({ ...aws, endpoint: engine.url });
  const tables = await createTables(bare);
  const s3 = new S3Client({ ...aws, endpoint: queues.url, forcePathStyle: true });
  for (const Bucket of ["payloads", "log"]) await s3.send(new CreateBucketCommand({ Bucket }));
  const sqs = new SQSClient({ ...aws, endpoint: queues.url });
  const queue = async (QueueName: string) =>
    ((await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "").replace(
      /^https?:\/\/[^/]+/,
      queues.url,
    );
  Object.assign(process.env, {
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ENDPOINT_URL_DYNAMODB: engine.url,
    AWS_ENDPOINT_URL_SQS: queues.url,
    AWS_ENDPOINT_URL_S3: queues.url,
    ...environmentOf(tables),
    WEBHOOK_TICKS_URL: await queue("ticks"),
    LIST_TRANSFERS_URL: await queue("transfers"),
  });
  return {
    deps: depsFromEnvironment(),
    dynamo: documentClientFor(bare),
    tables,
    stop: async () => {
      await Promise.all([endpoint.stop(), queues.stop(), engine.stop()]);
    },
  };
}

function environmentOf(tables: Tables) {
  return {
    ACCOUNTS_TABLE: tables.accounts,
    QUOTA_TABLE: tables.quota,
    COUNTERS_TABLE: tables.counters,
    MESSAGES_TABLE: tables.messages,
    SUPPRESSIONS_TABLE: tables.suppressions,
    STATS_TABLE: tables.stats,
    NOTICES_TABLE: tables.notices,
    WEBHOOKS_TABLE: tables.webhooks,
    PAYLOADS_BUCKET: "payloads",
    LOG_BUCKET: "log",
    LINK_SECRET_ARN: "link",
    TRACKING_URL: "https://track.example.net",
    API_URL: "https://api.example.net",
    MAIL_HOST: mailHost,
    DKIM_KEY_ID: "11111111-2222-3333-4444-555555555555",
    WEBHOOK_KEY_ID: "11111111-2222-3333-4444-555555555556",
    WEBHOOK_ALLOW_PRIVATE: "true",
    WEBSITE_ALLOW_PRIVATE: "true",
    DNS_SERVER: "127.0.0.1:9",
  };
}

/** A new account with a domain that can send, and an organization. */
export async function newPlace(deps: ApiDeps): Promise<Place> {
  const usual = {
    limits: { requestsPer10Seconds: 100_000 },
    emailsPerMonth: undefined,
    emailsPerDay: undefined,
  };
  const wanted = { name: "Till", ownerEmail: "owner@example.net", planName: "enterprise-1.5m" };
  const { id: accountId } = await createAccount(deps, { ...wanted, ...usual, planStart: 0 });
  const domainName = `till${accountId}.example`;
  const added = { accountId, name: domainName, complianceStatus: "compliant" as const, dkimKeys: [] };
  const { id: domainId } = await deps.domains.add(added);
  const { id } = await deps.organizations.create({ name: "Org", mainAccountId: accountId });
  return { deps, accountId, domainId, domainName, organizationId: id };
}
