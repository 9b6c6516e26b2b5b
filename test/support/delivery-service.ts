import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startAwsEndpoint } from "../../local/engines/aws/endpoint.ts";
import { sesFaults } from "../../local/engines/aws/ses-faults.ts";
import { startDynamoEngine } from "../../local/engines/dynamodb.ts";
import type { Mail } from "../../local/engines/mail.ts";
import { startQueues } from "../../local/engines/queues.ts";
import { smtpFaults } from "../../local/engines/smtp-faults.ts";
import { startSmtpSink } from "../../local/engines/smtp-sink.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { tokenStore } from "../../shared/accounts/token-store.ts";
import type { DeliveryJob } from "../../shared/contracts/delivery-job.ts";
import { deliverNodeOptions } from "../../shared/contracts/node-options.ts";
import type { Stream } from "../../shared/contracts/streams.ts";
import { addDomain } from "../../shared/domains/add-domain.ts";
import { dkimKeyClient } from "../../shared/domains/dkim-key-client.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import { sesIdentityClient } from "../../shared/domains/ses-identity-client.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { payloadClient } from "../../shared/submission/payload-client.ts";
import { account } from "./delivery-world.ts";
import { createTables, documentClientFor } from "./dynamodb.ts";

const bucket = "payloads";
const chunkBytes = 1_000_000;
const keyId = "11111111-2222-3333-4444-555555555555";
const aws = { region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };

export type DeliveryService = Awaited<ReturnType<typeof startDeliveryService>>;

/** How a worker fared with a batch: its failures, and by how many bytes its memory grew at most. */
export interface Worked {
  readonly failures: string[];
  readonly grownBytes: number;
}

/**
 * The delivery function in a process of its own, with everything around it: embedded DynamoDB, S3, SQS, SES,
 * KMS, Secrets Manager and a relay, for one account with one domain.
 *
 * @param mailbox gets what arrives over SES and over the relay
 */
export async function startDeliveryService(mailbox: { deliver: (mail: Mail) => Promise<void> }) {
  const faults = sesFaults();
  const [engine, queues, sink] = await Promise.all([
    startDynamoEngine({ engine: "dynoxide" }),
    startQueues(),
    startSmtpSink({ mailbox, faults: smtpFaults() }),
  ]);
  const { host, port, user, password, certificate } = sink;
  const endpoint = await startAwsEndpoint({
    mailbox,
    configurationSets: ["set"],
    eventDestinations: [],
    snsUrl: queues.url,
    sesFaults: faults,
    secrets: [
      { name: "link", value: "k".repeat(64) },
      { name: "relay", value: JSON.stringify({ host, port, user, password, certificate }) },
    ],
    invoke: async () => undefined,
  });
  const dynamo = new DynamoDBClient({ ...aws, endpoint: engine.url });
  const tables = await createTables(dynamo);
  const client = documentClientFor(dynamo);
  const s3 = new S3Client({ ...aws, endpoint: queues.url, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const payloads = payloadClient({ connect: async () => s3, bucket });
  const sqs = new SQSClient({ ...aws, endpoint: queues.url });
  // The SDK calls the host that a queue's URL names, and the local one's is known to no name server.
  const queueUrl = async (QueueName: string) => {
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName }));
    return QueueUrl.replace(/^https?:\/\/[^/]+/, queues.url);
  };
  const [deliveryQueueUrl, eventsQueueUrl] = await Promise.all([queueUrl("deliver"), queueUrl("events")]);
  await accountStore({ client, table: tables.accounts, clock }).create(account);
  const dkimKeys = dkimKeyClient({ kms: new KMSClient({ ...aws, endpoint: endpoint.url }), keyId });
  const ses = new SESv2Client({ ...aws, endpoint: endpoint.url });
  const domain = await addDomain(
    {
      domains: domainStore({ client, table: tables.accounts, clock }),
      dkimKeys,
      keyZone: { publish: async () => undefined },
      sesIdentities: sesIdentityClient({ ses, dkimKeys }),
      tokens: tokenStore({ client, table: tables.accounts, clock }),
      clock,
    },
    { accountId: account.id, typedName: "example.com", complianceStatus: "compliant" },
  );
  const environment = {
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ENDPOINT_URL_DYNAMODB: engine.url,
    AWS_ENDPOINT_URL_SQS: queues.url,
    AWS_ENDPOINT_URL_S3: queues.url,
    ACCOUNTS_TABLE: tables.accounts,
    QUOTA_TABLE: tables.quota,
    COUNTERS_TABLE: tables.counters,
    MESSAGES_TABLE: tables.messages,
    PAYLOADS_BUCKET: bucket,
    LOG_BUCKET: bucket,
    STATS_TABLE: tables.stats,
    SUPPRESSIONS_TABLE: tables.suppressions,
    DELIVERY_QUEUE_URL: deliveryQueueUrl,
    EVENTS_QUEUE_URL: eventsQueueUrl,
    CONFIGURATION_SET: "set",
    MAIL_HOST: "mail.example.net",
    TRACKING_URL: "https://track.example.net",
    LINK_SECRET_ARN: "link",
    DKIM_KEY_ID: keyId,
    SMTP_ROUTE: "relay",
    SMTP_RELAY_SECRET_ARN: "relay",
  };

  return {
    domain,
    /** Makes SES fail, so that mail takes the SMTP route. */
    failSes: (isSick: boolean) =>
      faults.set({ rules: isSick ? [{ effect: "refuse", exception: "SendingPausedException" }] : [] }),
    messages: messageStore({ client, table: tables.messages, clock }),
    /** Puts an object into the payload bucket. */
    store: (key: string, body: Buffer) => payloads.upload(key, Readable.from(copied(body))),
    worker: (stream: Stream) => startWorker({ ...environment, STREAM: stream }),
    stop: () => Promise.all([endpoint.stop(), queues.stop(), sink.stop(), engine.stop()]),
  };
}

function* copied(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += chunkBytes) yield Buffer.from(body.subarray(at, at + chunkBytes));
}

async function startWorker(environment: Record<string, string>) {
  const script = fileURLToPath(new URL("./delivery-worker-process.ts", import.meta.url));
  const worker = fork(script, {
    env: { ...environment, POWERTOOLS_LOG_LEVEL: "ERROR" },
    execArgv: [...deliverNodeOptions],
  });
  await answerOf(worker);
  return {
    /** Hands a batch of jobs to the function, as the queue does. */
    async work(jobs: readonly DeliveryJob[]): Promise<Worked> {
      worker.send(jobs);
      return (await answerOf(worker)) as Worked;
    },
    async stop(): Promise<void> {
      const ended = once(worker, "exit");
      worker.disconnect();
      await ended;
    },
  };
}

async function answerOf(worker: ChildProcess): Promise<unknown> {
  const ended = once(worker, "exit").then(() => {
    throw new Error("the worker ended");
  });
  const [answer] = (await Promise.race([once(worker, "message"), ended])) as [unknown];
  return answer;
}
