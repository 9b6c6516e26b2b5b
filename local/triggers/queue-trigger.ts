import { setTimeout as delay } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { addCount, type CallCounts, queueRequestUnits } from "../runtime/call-counts.ts";
import { type InvocationResult, payloadLimitBytes } from "../runtime/function-host.ts";
import type { QueueMapping } from "./queue-mappings.ts";
import { doneMessages, queueRecord, withinPayload } from "./queue-records.ts";

export interface QueueTriggerSurroundings {
  readonly sqs: SQSClient;
  invoke(functionId: string, event: string): Promise<InvocationResult>;
  /** The pollers' calls, which are on the bill as the functions' are. */
  readonly calls: CallCounts;
  report(line: string): void;
}

/** SQS gives at most so many messages in one call. */
const receiveLimit = 10;

// Lambda polls for 20 seconds. One second lets the local cloud stop without cutting a poll off, whose
// messages would then be invisible until their time-out.
const waitSeconds = 1;

const idlePollers = 2;
/** A batch that takes longer than this takes its poller out of the count: Lambda would have others. */
const slowBatchMs = 1_000;

/**
 * Works a queue off as Lambda's pollers do: a few of them while it is quiet, more while batches come full or
 * take long, up to the mapping's concurrency. A failed message stays invisible until its time-out and then comes back.
 */
export class QueueTrigger {
  readonly #mapping: QueueMapping;
  readonly #surroundings: QueueTriggerSurroundings;
  readonly #pollers = new Set<Promise<void>>();
  #stopping = false;
  #held = 0;
  #busy = 0;

  constructor(mapping: QueueMapping, surroundings: QueueTriggerSurroundings) {
    this.#mapping = mapping;
    this.#surroundings = surroundings;
    for (let poller = 0; poller < Math.min(idlePollers, mapping.maxConcurrency); poller++) this.#addPoller();
  }

  get functionId(): string {
    return this.#mapping.functionId;
  }

  /** Messages that are received and not yet answered for. */
  get held(): number {
    return this.#held;
  }

  /** Done when the batches in work are. */
  async stop(): Promise<void> {
    this.#stopping = true;
    while (this.#pollers.size > 0) await Promise.all(this.#pollers);
  }

  #addPoller(): void {
    const poller = this.#poll().finally(() => this.#pollers.delete(poller));
    this.#pollers.add(poller);
  }

  async #poll(): Promise<void> {
    while (!this.#stopping) {
      const batch: Message[] = [];
      try {
        await this.#collect(batch);
        if (batch.length === 0 && this.#free > idlePollers) return;
        if (batch.length >= this.#mapping.batchSize) this.#addPollerIfAllowed();
        if (batch.length > 0) await this.#workOff(batch);
      } catch (error) {
        if (this.#stopping) return;
        this.#surroundings.report(`polling ${this.#mapping.queueUrl} failed: ${error}`);
        await delay(1_000);
      } finally {
        this.#held -= batch.length;
      }
    }
  }

  get #free(): number {
    return this.#pollers.size - this.#busy;
  }

  async #workOff(batch: readonly Message[]): Promise<void> {
    this.#busy += 1;
    const slow = setTimeout(() => {
      if (this.#free < 1) this.#addPollerIfAllowed();
    }, slowBatchMs);
    try {
      for (const part of withinPayload(batch, payloadLimitBytes * 0.9)) await this.#process(part);
    } finally {
      clearTimeout(slow);
      this.#busy -= 1;
    }
  }

  #addPollerIfAllowed(): void {
    if (!this.#stopping && this.#pollers.size < this.#mapping.maxConcurrency) this.#addPoller();
  }

  /** Fills a batch until it is full or the window, which the first message opens, is over. */
  async #collect(batch: Message[]): Promise<void> {
    const { batchSize, windowMs } = this.#mapping;
    let windowEnd = Number.NEGATIVE_INFINITY;
    do {
      const messages = await this.#receive(Math.min(receiveLimit, batchSize - batch.length));
      if (batch.length === 0) windowEnd = Date.now() + windowMs;
      this.#held += messages.length;
      batch.push(...messages);
    } while (batch.length > 0 && batch.length < batchSize && Date.now() < windowEnd && !this.#stopping);
  }

  async #receive(count: number): Promise<Message[]> {
    const { Messages: messages = [] } = await this.#surroundings.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#mapping.queueUrl,
        MaxNumberOfMessages: count,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    const bytes = messages.reduce((sum, { Body = "" }) => sum + Buffer.byteLength(Body), 0);
    // Empty polls are far more frequent here than on AWS; mixed in, they would spoil the bill.
    const name = messages.length > 0 ? "sqs:ReceiveMessage" : "sqs:ReceiveMessage (empty)";
    addCount(this.#surroundings.calls, name, { count: 1, units: queueRequestUnits(bytes) });
    return messages;
  }

  async #process(messages: readonly Message[]): Promise<void> {
    const { functionId, queueArn, reportsFailures } = this.#mapping;
    const event = JSON.stringify({ Records: messages.map((message) => queueRecord(message, queueArn)) });
    const result = await this.#surroundings.invoke(functionId, event);
    if (result.outcome === "answered")
      await this.#delete(doneMessages(messages, result.payload, reportsFailures));
    else if (result.outcome !== "failed") this.#surroundings.report(`${functionId}: batch ${result.outcome}`);
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    for (let start = 0; start < messages.length; start += receiveLimit) {
      const some = messages.slice(start, start + receiveLimit);
      const { Failed: failed = [] } = await this.#surroundings.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: this.#mapping.queueUrl,
          Entries: some.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
      addCount(this.#surroundings.calls, "sqs:DeleteMessageBatch", { count: 1, units: 1 });
      for (const { Message: reason } of failed) {
        this.#surroundings.report(`a message of ${this.#mapping.queueUrl} could not be deleted: ${reason}`);
      }
    }
  }
}
