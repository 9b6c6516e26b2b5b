import { Duration } from "aws-cdk-lib";
import { EmailSendingEvent, EventDestination } from "aws-cdk-lib/aws-ses";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { ServiceFunction } from "../defaults/service-function.ts";
import { ServiceQueue } from "../defaults/service-queue.ts";
import type { Delivering } from "./delivering.ts";
import type { Storage } from "./storage.ts";

export interface ProviderEventsProps {
  readonly storage: Storage;
  readonly streams: readonly Delivering[];
}

// What SES itself opens and clicks is not asked for: tracking is Postern's own.
const events = [
  EmailSendingEvent.SEND,
  EmailSendingEvent.REJECT,
  EmailSendingEvent.BOUNCE,
  EmailSendingEvent.COMPLAINT,
  EmailSendingEvent.DELIVERY,
  EmailSendingEvent.DELIVERY_DELAY,
];

/** The way on which SES tells what became of each message: configuration set, topic, queue, function. */
export class ProviderEvents extends Construct {
  readonly queue: ServiceQueue;
  readonly worker: ServiceFunction;

  constructor(scope: Construct, id: string, props: ProviderEventsProps) {
    super(scope, id);
    const timeout = Duration.seconds(30);
    this.queue = new ServiceQueue(this, "ProviderEventsQueue", {
      consumerTimeout: timeout,
      // A message whose outcome is unknown waits five minutes for what stands here, then it is tried again.
      oldestShouldBe: Duration.minutes(2),
      runbook: { deadLetters: "provider-events-dead-letters", age: "provider-events-queue-age" },
    });
    this.worker = new ServiceFunction(this, "RecordProviderEvents", {
      folder: "record-provider-events",
      description: "Records what SES says became of each message",
      timeout,
      memorySize: 512,
    });
    // Few at a time: a flood of notifications must not take the concurrency that accepting needs.
    this.queue.workOff(this.worker, {
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(5),
      maxConcurrency: 10,
    });
    props.storage.messages.allow(this.worker, "BatchGetItem", "UpdateItem");
    this.subscribe(props.streams);
  }

  private subscribe(streams: readonly Delivering[]): void {
    const topic = new Topic(this, "Topic", { enforceSSL: true });
    // Raw: the queue's message is the event as SES wrote it, without an envelope.
    topic.addSubscription(new SqsSubscription(this.queue, { rawMessageDelivery: true }));
    for (const { configurationSet } of streams) {
      configurationSet.addEventDestination("Events", {
        destination: EventDestination.snsTopic(topic),
        events,
      });
    }
  }
}
