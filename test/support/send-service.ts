import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startFauxqs } from "fauxqs";
import { startDynamoEngine } from "../../local/engines/dynamodb.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { rateLimitStore } from "../../shared/accounts/rate-limit-store.ts";
import { deliveryJobSchema, type FieldsJob } from "../../shared/contracts/delivery-job.ts";
import type { Stream } from "../../shared/contracts/streams.ts";
import { demoDomainStore } from "../../shared/domains/demo-domain-store.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import type { ComplianceStatus } from "../../shared/domains/sending-domain.ts";
import { claimStore } from "../../shared/messages/claim-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import type { HttpEvent, HttpResponse } from "../../shared/platform/http.ts";
import { httpDoor } from "../../shared/platform/http-door.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { deliveryQueueClient } from "../../shared/submission/delivery-queue-client.ts";
import type { AcceptDeps } from "../../shared/submission/deps.ts";
import { sendRoutes } from "../../shared/submission/http-routes.ts";
import { idempotencyStore } from "../../shared/submission/idempotency-store.ts";
import { payloadClient } from "../../shared/submission/payload-client.ts";
import { optOutStore } from "../../shared/suppressions/opt-out-store.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";

const region = "us-east-1";
const credentials = { accessKeyId: "test", secretAccessKey: "test" };
const tables = [
  ...(["Accounts", "Quota", "Counters", "Messages", "Idempotency", "Suppressions"] as const),
  ...(["Stats", "Notices"] as const),
] as const;
const bucket = "payloads";

/** What a test wants an account to be; the rest is usual. */
export interface AccountWish {
  readonly monthLimit?: number;
  readonly dayLimit?: number;
  readonly requestsPer10Seconds?: number;
  readonly messageBytes?: number;
  readonly status?: "active" | "banned";
  readonly planName?: string;
  readonly domains?: Readonly<Record<string, ComplianceStatus>>;
}

export type SendService = Awaited<ReturnType<typeof startSendService>>;

/**
 * The send function with everything below it: real stores on an embedded DynamoDB, SQS and S3, of this
 * test file alone.
 */
export async function startSendService(clock: Clock) {
  const engine = await startDynamoEngine({ engine: "dynoxide" });
  const queues = await startFauxqs({ port: 0, logger: false });
  const aws = awsClients(engine.url, `http://127.0.0.1:${queues.port}`);
  for (const table of tables) await createTable(aws.dynamo, table);
  queues.createBucket(bucket);
  const queueUrl = queues
    .createQueue("deliver")
    .queueUrl.replace(/^https?:\/\/[^/]+/, `http://127.0.0.1:${queues.port}`);

  const client = DynamoDBDocumentClient.from(aws.dynamo, {
    marshallOptions: { removeUndefinedValues: true },
  });
  const stores = storesOn(client, clock);
  const calls: string[] = [];
  for (const { middlewareStack } of [aws.dynamo, aws.sqs, aws.s3]) {
    countCalls(middlewareStack as unknown as DynamoDBClient["middlewareStack"], calls);
  }
  const deps: AcceptDeps = {
    ...stores,
    payloads: payloadClient({ connect: async () => aws.s3, bucket }),
    queue: deliveryQueueClient({ sqs: aws.sqs, queueUrl }),
    clock,
  };

  return {
    /** Environment variables with which the function's own handler finds all this. */
    environment: {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL_DYNAMODB: engine.url,
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${queues.port}`,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${queues.port}`,
      ACCOUNTS_TABLE: "Accounts",
      QUOTA_TABLE: "Quota",
      COUNTERS_TABLE: "Counters",
      MESSAGES_TABLE: "Messages",
      IDEMPOTENCY_TABLE: "Idempotency",
      NOTICES_TABLE: "Notices",
      PAYLOADS_BUCKET: bucket,
      DELIVERY_QUEUE_URL: queueUrl,
    },
    ...aws,
    ...stores,
    deps,
    /** Names of the AWS calls made so far; clear it to count. */
    calls,
    door: (stream: Stream = "transactional", changed: Partial<AcceptDeps> = {}) =>
      httpDoor(sendRoutes({ ...deps, ...changed }, stream)),
    account: (wish?: AccountWish) => openAccount(stores, clock, wish),
    /** The jobs in the queue, in the order in which they came, and takes them off. */
    takeJobs: () => takeJobs(queues),
    /** Does as a delivery worker does that begins with a message. */
    claim: (accountId: number, messageId: string) => claimMessage(client, clock, accountId, messageId),
    stored: async (key: string): Promise<unknown> => JSON.parse((await storedBytes(aws.s3, key)).toString()),
    storedBytes: (key: string) => storedBytes(aws.s3, key),
    stop: async () => {
      await queues.stop();
      await engine.stop();
    },
  };
}

function awsClients(dynamoUrl: string, queuesUrl: string) {
  const usual = { region, credentials };
  return {
    dynamo: new DynamoDBClient({ ...usual, endpoint: dynamoUrl }),
    sqs: new SQSClient({ ...usual, endpoint: queuesUrl, maxAttempts: 1 }),
    s3: new S3Client({ ...usual, endpoint: queuesUrl, forcePathStyle: true, maxAttempts: 1 }),
  };
}

function storesOn(client: DynamoDBDocumentClient, clock: Clock) {
  const on = (table: (typeof tables)[number]) => ({ client, table, clock });
  return {
    accounts: accountStore(on("Accounts")),
    domains: domainStore(on("Accounts")),
    demoDomains: demoDomainStore(on("Accounts")),
    rates: rateLimitStore(on("Counters")),
    quota: quotaStore(on("Quota")),
    messages: messageStore(on("Messages")),
    idempotency: idempotencyStore(on("Idempotency")),
    owner: ownerOf(noticeStore(on("Notices"))),
    suppressions: suppressionStore(on("Suppressions")),
    optOuts: optOutStore(on("Suppressions")),
  };
}

function countCalls(stack: DynamoDBClient["middlewareStack"], calls: string[]): void {
  stack.add((next, context) => (args) => {
    calls.push(context.commandName ?? "unknown");
    return next(args);
  });
}

async function claimMessage(
  client: DynamoDBDocumentClient,
  clock: Clock,
  accountId: number,
  messageId: string,
): Promise<void> {
  const takeUnit = () => {
    throw new Error("a new message has its unit");
  };
  await claimStore({ client, table: "Messages", statsTable: "Stats", clock, takeUnit }).claim({
    accountId,
    messageId,
    submissionId: "any",
    log: {
      stream: "transactional",
      domainName: "till.example",
      from: "a@till.example",
      to: "a@example.net",
      recipientKind: "to",
      subject: "S",
      acceptedAt: clock.now(),
    },
    route: "ses",
    claimUntil: clock.now() + 90_000,
  });
}

async function createTable(dynamo: DynamoDBClient, table: string): Promise<void> {
  await dynamo.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk", "tokenHash"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "byTokenHash",
          KeySchema: [{ AttributeName: "tokenHash", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
}

async function openAccount(
  { accounts, domains, quota }: ReturnType<typeof storesOn>,
  clock: Clock,
  wish: AccountWish = {},
) {
  const accountId = await accounts.nextId();
  await accounts.create({
    id: accountId,
    name: "Till",
    ownerEmail: "owner@example.net",
    status: wish.status ?? "active",
    planName: wish.planName ?? "free",
    limits: {
      requestsPer10Seconds: wish.requestsPer10Seconds ?? 2_900,
      emailsPerHour: 150,
      messageBytes: wish.messageBytes ?? 10 * 1024 * 1024,
    },
  });
  const { monthLimit = 1_000_000, dayLimit = 1_000_000 } = wish;
  await quota.open({ accountId, plan: { name: "free", monthLimit, dayLimit }, anchor: clock.now() });
  const domain = `till${accountId}.example`;
  const wished = { [domain]: "compliant" as const, ...wish.domains };
  for (const [name, complianceStatus] of Object.entries(wished)) {
    await domains.add({ accountId, name, complianceStatus, dkimKeys: [] });
  }
  const tokenOf = async (accessLevel: 10 | 100) => {
    const resources = [{ resourceType: "account" as const, resourceId: accountId, accessLevel }];
    return (await accounts.createToken(accountId, { name: "t", resources, expiresAt: null })).secret;
  };
  return { accountId, domain, token: await tokenOf(100), viewerToken: await tokenOf(10) };
}

function takeJobs(queues: Awaited<ReturnType<typeof startFauxqs>>): FieldsJob[] {
  const ready = queues.inspectQueue("deliver")?.messages.ready ?? [];
  const jobs = ready.map(({ body }) => deliveryJobSchema.parse(JSON.parse(body)) as FieldsJob);
  queues.deleteQueue("deliver");
  queues.createQueue("deliver");
  return jobs;
}

async function storedBytes(s3: S3Client, key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** A POST as an HTTP API hands it to the function. */
export function postEvent(
  path: string,
  token: string | undefined,
  body: unknown,
  headers: Record<string, string> = {},
): HttpEvent {
  return {
    rawPath: path,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { http: { method: "POST", sourceIp: "192.0.2.7" } },
  };
}

/** The answer's body. */
export function bodyOf({ body }: HttpResponse): {
  success: boolean;
  errors?: string[];
  message_ids?: string[];
  responses?: { success: boolean; errors?: string[]; message_ids?: string[] }[];
} {
  return JSON.parse(body);
}
