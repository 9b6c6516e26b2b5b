import { type CfnResource, Duration } from "aws-cdk-lib";
import { SqsEventSource, type SqsEventSourceProps } from "aws-cdk-lib/aws-lambda-event-sources";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { EnvironmentName } from "../../shared/contracts/environment-names.ts";
import { DeadLetters } from "./dead-letters.ts";
import { Deployment } from "./deployment.ts";
import type { ServiceFunction } from "./service-function.ts";
import type { Worker } from "./worker.ts";

// A message that comes back this often has met a dying worker or a failing service each time. With a
// visibility time-out of minutes that is an hour of trying, longer than most outages of one service.
const maxReceiveCount = 10;

export interface ServiceQueueProps {
  /** Under which name senders are told the queue's URL. */
  readonly urlName?: EnvironmentName;
  /** Time-out of the function that works the queue off; a message is invisible six times as long. */
  readonly consumerTimeout: Duration;
  /** An older message than this makes the alarm ring. */
  readonly oldestShouldBe: Duration;
  readonly runbook: { readonly deadLetters: string; readonly age: string };
}

/**
 * A queue of Postern: encrypted, TLS only, with a dead-letter queue, alarms for that and for the age of the
 * oldest message. One function works it off; without one the synthesis fails.
 */
export class ServiceQueue extends Queue {
  private readonly urlName: EnvironmentName | undefined;
  private readonly consumerTimeout: Duration;
  private consumer: ServiceFunction | undefined;

  constructor(scope: Construct, id: string, props: ServiceQueueProps) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Said, because the default was once a quarter of it, and accepting counts on it.
      maxMessageSizeBytes: 1_048_576,
      // What lies longer is gone without a trace, so long enough for any outage; and less than the dead
      // letters' 14 days: a message moved there keeps its age.
      retentionPeriod: Duration.days(10),
      visibilityTimeout: Duration.seconds(6 * props.consumerTimeout.toSeconds()),
      deadLetterQueue: {
        maxReceiveCount,
        queue: new DeadLetters(scope, id.replace(/Queue$/, "DeadLetters"), {
          says: `Messages of ${id} failed ${maxReceiveCount} times`,
          runbook: props.runbook.deadLetters,
        }),
      },
    });
    this.urlName = props.urlName;
    this.consumerTimeout = props.consumerTimeout;
    (this.node.defaultChild as CfnResource).overrideLogicalId(id);
    this.watchAge(props);
    this.node.addValidation({
      validate: () => (this.consumer === undefined ? [`Nothing works off the queue ${id}`] : []),
    });
  }

  /** The function receives from this queue, answering for each message by itself. */
  workOff(
    worker: ServiceFunction,
    batching: Pick<SqsEventSourceProps, "batchSize" | "maxBatchingWindow" | "maxConcurrency">,
  ): void {
    if (this.consumer !== undefined) throw new Error(`${this.node.id} has a consumer already`);
    if (worker.limit.toSeconds() > this.consumerTimeout.toSeconds()) {
      throw new Error(
        `${worker.node.id} may run longer than the visibility time-out of ${this.node.id} allows for`,
      );
    }
    this.consumer = worker;
    worker.addEventSource(new SqsEventSource(this, { ...batching, reportBatchItemFailures: true }));
  }

  /** The worker may send to this queue, and knows its URL, by the queue's usual name or another. */
  allowSend(sender: Worker, urlName = this.urlName): void {
    if (urlName === undefined) throw new Error(`${this.node.id} has no name for its URL`);
    sender.allow(["sqs:SendMessage"], [this.queueArn]);
    sender.tell(urlName, this.queueUrl);
  }

  private watchAge(props: ServiceQueueProps): void {
    Deployment.of(this).alarms.raise(this, "AgeAlarm", {
      says: `${this.node.id} is not worked off in time`,
      runbook: props.runbook.age,
      metric: this.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: "Maximum" }),
      atLeast: props.oldestShouldBe.toSeconds(),
      periods: 5,
    });
  }
}
