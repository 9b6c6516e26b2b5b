import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startQueues } from "./queues.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "postern-queues-"));
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

test("queues, messages and objects survive a restart", async () => {
  const before = await startQueues({ dataDir });
  const sqs = new SQSClient({ endpoint: before.url, region: "us-east-1", credentials });
  const s3 = new S3Client({ endpoint: before.url, region: "us-east-1", credentials, forcePathStyle: true });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "kept" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "still here" }));
  await s3.send(new CreateBucketCommand({ Bucket: "kept" }));
  await s3.send(new PutObjectCommand({ Bucket: "kept", Key: "a/b", Body: "content" }));
  await before.stop();

  const after = await startQueues({ dataDir });
  const again = new SQSClient({ endpoint: after.url, region: "us-east-1", credentials });
  const bucket = new S3Client({
    endpoint: after.url,
    region: "us-east-1",
    credentials,
    forcePathStyle: true,
  });
  const { QueueUrl: sameQueue } = await again.send(new GetQueueUrlCommand({ QueueName: "kept" }));
  const { Messages } = await again.send(
    new ReceiveMessageCommand({ QueueUrl: sameQueue, WaitTimeSeconds: 5 }),
  );
  expect(Messages?.map(({ Body }) => Body)).toEqual(["still here"]);
  const { Body } = await bucket.send(new GetObjectCommand({ Bucket: "kept", Key: "a/b" }));
  expect(await Body?.transformToString()).toBe("content");
  await after.stop();
});

test("a delayed message arrives once the clock has been moved past its delay", async () => {
  const queues = await startQueues();
  const sqs = new SQSClient({ endpoint: queues.url, region: "us-east-1", credentials });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "delayed" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "later", DelaySeconds: 900 }));
  const receive = () => sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));

  expect((await receive()).Messages ?? []).toEqual([]);
  queues.setClockOffset(901_000);
  expect((await receive()).Messages?.[0]?.Body).toBe("later");
  await queues.stop();
});

test("visibility time-outs follow the clock too", async () => {
  const queues = await startQueues();
  const sqs = new SQSClient({ endpoint: queues.url, region: "us-east-1", credentials });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "visible" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "again" }));
  const receive = () =>
    sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1, VisibilityTimeout: 3_600 }));

  expect((await receive()).Messages).toHaveLength(1);
  expect((await receive()).Messages ?? []).toEqual([]);
  queues.setClockOffset(3_601_000);
  expect((await receive()).Messages).toHaveLength(1);
  await queues.stop();
});

test("how much each queue holds is told for all at once, by what keeps a message from being received", async () => {
  const queues = await startQueues();
  const sqs = new SQSClient({ endpoint: queues.url, region: "us-east-1", credentials });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "full" }));
  await sqs.send(new CreateQueueCommand({ QueueName: "empty" }));
  for (const DelaySeconds of [0, 0, 0, 900, 900]) {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "one", DelaySeconds }));
  }
  await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));

  expect((await queues.depths()).toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: "empty", visible: 0, invisible: 0, delayed: 0 },
    { name: "full", visible: 2, invisible: 1, delayed: 2 },
  ]);
  await queues.stop();
});

test("the services listen on loopback only", async () => {
  const queues = await startQueues();
  const elsewhere = queues.url.replace("127.0.0.1", "127.0.0.2");
  expect((await fetch(`${queues.url}/health`)).status).toBe(200);
  await expect(fetch(`${elsewhere}/health`)).rejects.toThrow("fetch failed");
  await queues.stop();
});
