import { Duration } from "aws-cdk-lib";
import { EmailSendingEvent, EventDestination } from "aws-cdk-lib/aws-ses";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import { ServiceQueue } from "../defaults/service-queue.ts";
import type { Delivering } from "./delivering.ts";
import type { Storage } from "./storage.ts";

// What SES itself opens and clicks is not asked for: tracking is Postern's own.
const events = [
  EmailSendingEvent.SEND,
  EmailSendingEvent.REJECT,
  EmailSendingEvent.BOUNCE,
  EmailSendingEvent.COMPLAINT,
  EmailSendingEvent.DELIVERY,
  EmailSendingEvent.DELIVERY_DELAY,
  EmailSendingEvent.RENDERING_FAILURE,
];

/** The way of everything that happens to messages into the log: one queue, and the function that records. */
export class Recording extends Construct {
  readonly queue: ServiceQueue;
  readonly worker: ServiceFunction;
  /** To which SES publishes what becomes of messages. */
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { storage }: { storage: Storage }) {
    super(scope, id);
    const timeout = Duration.seconds(60);
    this.queue = new ServiceQueue(this, "EventsQueue", {
      urlName: environmentNames.eventsQueueUrl,
      consumerTimeout: timeout,
      // A message whose outcome is unknown waits five minutes for what stands here, then it is tried again.
      oldestShouldBe: Duration.minutes(2),
      runbook: { deadLetters: "events-dead-letters", age: "events-queue-age" },
    });
    this.worker = new ServiceFunction(this, "RecordEvents", {
      folder: "record-events",
      description: "Records what became of each message: log, statistics, and what follows",
      timeout,
      memorySize: 1024,
    });
    // Few at a time: a flood of events must not take the concurrency that accepting needs, and recorders that
    // count for the same account stand in each other's way.
    this.queue.workOff(this.worker, {
      batchSize: 500,
      maxBatchingWindow: Duration.seconds(1),
      maxConcurrency: 10,
    });
    this.topic = new Topic(this, "Topic", { enforceSSL: true });
    storage.messages.allow(this.worker, "BatchGetItem", "GetItem", "PutItem", "UpdateItem");
    storage.stats.allow(this.worker, "UpdateItem");
    storage.suppressions.allow(this.worker, "BatchGetItem", "PutItem");
  }

  /** Lets SES tell what becomes of the streams' messages: configuration set, topic, queue. */
  listenTo(streams: readonly Delivering[]): void {
    // Raw: the queue's message is the event as SES wrote it, without an envelope.
    this.topic.addSubscription(new SqsSubscription(this.queue, { rawMessageDelivery: true }));
    for (const { configurationSet } of streams) {
      configurationSet.addEventDestination("Events", {
        destination: EventDestination.snsTopic(this.topic),
        events,
      });
    }
  }
}
