import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Queues, startQueues } from "../engines/queues.ts";
import { type AwsClients, awsClients } from "../resources/aws-clients.ts";
import type { CallCounts } from "../runtime/call-counts.ts";
import type { InvocationResult } from "../runtime/function-host.ts";
import type { QueueMapping } from "./queue-mappings.ts";
import { QueueTrigger } from "./queue-trigger.ts";

interface QueueEvent {
  Records: { messageId: string; body: string; attributes: { ApproximateReceiveCount: string } }[];
}

let queues: Queues;
let clients: AwsClients;
let trigger: QueueTrigger | undefined;
let count = 0;
const reports: string[] = [];

beforeAll(async () => {
  queues = await startQueues();
  clients = awsClients({ dynamodb: "http://127.0.0.1:1", queues: queues.url });
});
afterEach(async () => {
  await trigger?.stop();
  trigger = undefined;
  reports.length = 0;
});
afterAll(async () => {
  clients.destroy();
  await queues.stop();
});

async function newQueue(): Promise<string> {
  count += 1;
  const name = `queue-${count}`;
  // Long enough that what failed does not come back while a test looks.
  await clients.sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "60" } }),
  );
  return `${queues.url}/000000000000/${name}`;
}

async function send(queueUrl: string, ...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies) {
    await clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  }
}

async function left(queueUrl: string): Promise<number> {
  const { Attributes: attributes = {} } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  );
  return (
    Number(attributes.ApproximateNumberOfMessages) + Number(attributes.ApproximateNumberOfMessagesNotVisible)
  );
}

type Work = (event: QueueEvent) => Promise<InvocationResult>;

function start(
  queueUrl: string,
  work: Work,
  mapping: Partial<QueueMapping> = {},
  calls: CallCounts = new Map(),
) {
  trigger = new QueueTrigger(
    {
      id: "Mapping",
      queueUrl,
      queueArn: "arn:aws:sqs:us-east-1:000000000000:queue",
      functionId: "Worker",
      batchSize: 10,
      windowMs: 0,
      reportsFailures: true,
      maxConcurrency: 5,
      ...mapping,
    },
    {
      sqs: clients.sqs,
      invoke: (_functionId, event) => work(JSON.parse(event)),
      calls,
      report: (line) => reports.push(line),
    },
  );
  return trigger;
}

const answered = (payload: object = {}): InvocationResult => ({
  outcome: "answered",
  payload: JSON.stringify(payload),
});
const bodiesOf = ({ Records }: QueueEvent) => Records.map(({ body }) => body);

describe("a queue's trigger", () => {
  it("hands messages over and deletes what is done", async () => {
    const queueUrl = await newQueue();
    const seen: string[] = [];
    start(queueUrl, async (event) => {
      seen.push(...bodiesOf(event));
      return answered();
    });
    await send(queueUrl, "a", "b", "c");

    await vi.waitFor(async () => expect(await left(queueUrl)).toBe(0), 5_000);
    expect(seen.toSorted()).toEqual(["a", "b", "c"]);
  });

  it("leaves the messages that the function reports as failed", async () => {
    const queueUrl = await newQueue();
    await send(queueUrl, "good", "bad", "good");
    start(queueUrl, async ({ Records }) => {
      const bad = Records.filter(({ body }) => body === "bad");
      return answered({ batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) });
    });

    await vi.waitFor(async () => expect(await left(queueUrl)).toBe(1), 5_000);
  });

  it("leaves the whole batch when the function fails, and gives it again after its time-out", async () => {
    const queueUrl = await newQueue();
    await send(queueUrl, "once more");
    const receives: string[] = [];
    start(queueUrl, async ({ Records }) => {
      receives.push(...Records.map(({ attributes }) => attributes.ApproximateReceiveCount));
      return receives.length === 1
        ? { outcome: "failed", error: { errorType: "Error", errorMessage: "no" } }
        : answered();
    });
    await vi.waitFor(() => expect(receives).toEqual(["1"]), 5_000);
    expect(await left(queueUrl)).toBe(1);

    queues.setClockOffset(61_000);
    await vi.waitFor(async () => expect(await left(queueUrl)).toBe(0), 5_000);
    expect(receives).toEqual(["1", "2"]);
  });

  it("collects larger batches than one receive gives, within its window", async () => {
    const queueUrl = await newQueue();
    await send(queueUrl, ...Array.from({ length: 25 }, (_, place) => String(place)));
    const batches: number[] = [];
    start(
      queueUrl,
      async ({ Records }) => {
        batches.push(Records.length);
        return answered();
      },
      { batchSize: 100, windowMs: 1_500, maxConcurrency: 1 },
    );

    await vi.waitFor(async () => expect(await left(queueUrl)).toBe(0), 8_000);
    expect(batches).toEqual([25]);
  });

  it("works on more batches at once while they come full, up to its concurrency", async () => {
    const queueUrl = await newQueue();
    await send(queueUrl, ...Array.from({ length: 60 }, (_, place) => String(place)));
    const gate = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    const worker = start(
      queueUrl,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
        return answered();
      },
      { maxConcurrency: 4 },
    );
    await vi.waitFor(() => expect(running).toBe(4), 5_000);
    expect(worker.held).toBe(40);
    gate.resolve();

    await vi.waitFor(async () => expect(await left(queueUrl)).toBe(0), 5_000);
    expect(most).toBe(4);
    expect(worker.held).toBe(0);
  });

  it("receives more while all its batches take long", async () => {
    const queueUrl = await newQueue();
    const { promise: end, resolve } = Promise.withResolvers<void>();
    const seen: string[] = [];
    start(queueUrl, async (event) => {
      seen.push(...bodiesOf(event));
      if (seen.length < 4) await end;
      return answered();
    });
    for (const body of ["a", "b", "c", "d"]) {
      await send(queueUrl, body);
      await vi.waitFor(() => expect(seen).toContain(body), 10_000);
    }
    resolve();
  });

  it("ends only when the batches in work are answered for", async () => {
    const queueUrl = await newQueue();
    await send(queueUrl, "slow");
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const worker = start(queueUrl, async () => {
      begun.resolve();
      await gate.promise;
      return answered();
    });
    await begun.promise;
    const stopped = worker.stop();
    gate.resolve();
    await stopped;

    expect(await left(queueUrl)).toBe(0);
  });

  it("counts its calls, those that found nothing apart", async () => {
    const queueUrl = await newQueue();
    await send(queueUrl, "x".repeat(100_000));
    const calls: CallCounts = new Map();
    start(queueUrl, async () => answered(), { maxConcurrency: 1 }, calls);
    await vi.waitFor(() => expect(calls.get("sqs:ReceiveMessage (empty)")?.count).toBe(1), 5_000);

    expect(calls.get("sqs:ReceiveMessage")).toEqual({ count: 1, units: 2 });
    expect(calls.get("sqs:DeleteMessageBatch")).toEqual({ count: 1, units: 1 });
  });

  it("says what goes wrong with the queue, and goes on", async () => {
    start(`${queues.url}/000000000000/absent`, async () => answered());
    await vi.waitFor(() => expect(reports[0]).toMatch(/polling .*absent failed/), 5_000);
  });
});
