import { Duration, Size, Stack } from "aws-cdk-lib";
import { ConfigurationSet, ConfigurationSetTlsPolicy, SuppressionReasons } from "aws-cdk-lib/aws-ses";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { deliverNodeOptions } from "../../shared/contracts/node-options.ts";
import { copiesFolder } from "../../shared/contracts/sent-copies.ts";
import { type Stream, streamSchema } from "../../shared/contracts/streams.ts";
import { deliverTimeoutSeconds } from "../../shared/contracts/time-limits.ts";
import { Deployment } from "../defaults/deployment.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import { ServiceQueue } from "../defaults/service-queue.ts";
import type { DkimKey, LinkKey, SmtpRoute } from "./keys.ts";
import type { Storage } from "./storage.ts";

export interface DeliveringProps {
  readonly stream: Stream;
  readonly storage: Storage;
  /** Where the worker tells what becomes of messages. */
  readonly events: ServiceQueue;
  readonly dkimKey: DkimKey;
  readonly smtpRoute: SmtpRoute;
  readonly linkKey: LinkKey;
  readonly trackingUrl: string;
}

// A retry waits in the queue, in hops of at most 15 minutes; a message that is older than that and a bit is late.
const patience = { transactional: Duration.minutes(20), bulk: Duration.hours(1) };

/**
 * One stream's way out: its queue, its workers, and its SES configuration set. The streams share none of
 * these, so that a campaign never delays a password reset.
 */
export class Delivering extends Construct {
  readonly stream: Stream;
  readonly queue: ServiceQueue;
  readonly worker: ServiceFunction;
  readonly configurationSet: ConfigurationSet;

  constructor(scope: Construct, id: string, props: DeliveringProps) {
    super(scope, id);
    this.stream = streamSchema.parse(props.stream);
    const { settings } = Deployment.of(this);
    const timeout = Duration.seconds(deliverTimeoutSeconds);
    const concurrency = this.stream === "bulk" ? settings.bulkConcurrency : settings.transactionalConcurrency;
    this.queue = new ServiceQueue(this, `${id}Queue`, {
      urlName: environmentNames.deliveryQueueUrl,
      consumerTimeout: timeout,
      oldestShouldBe: patience[this.stream],
      runbook: { deadLetters: "delivery-dead-letters", age: "delivery-queue-age" },
    });
    this.worker = new ServiceFunction(this, id, {
      folder: "deliver",
      description: `Delivers the ${this.stream} stream's mail over SES or SMTP`,
      timeout,
      // Composing and signing takes processor time; large messages are streams, and take little memory.
      memorySize: 1024,
      // A batch may hold ten of the largest messages, each in a file of some 43 MiB.
      ephemeralStorage: Size.mebibytes(1024),
      reservedConcurrency: concurrency,
      feedsItself: true,
    });
    // The same number at the event source: without it Lambda's pollers receive more than may run, and each
    // refusal counts as a failed receive.
    this.queue.workOff(this.worker, { batchSize: 10, maxConcurrency: concurrency });
    this.configurationSet = new ConfigurationSet(this, "ConfigurationSet", {
      // Mail to servers without TLS is better delivered than bounced.
      tlsPolicy: ConfigurationSetTlsPolicy.OPTIONAL,
      reputationMetrics: true,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    this.allowWork(props);
  }

  private allowWork({ storage, events, dkimKey, smtpRoute, linkKey, trackingUrl }: DeliveringProps): void {
    const { worker } = this;
    worker.addEnvironment("NODE_OPTIONS", deliverNodeOptions.join(" "));
    worker.tell(environmentNames.stream, this.stream);
    worker.tell(environmentNames.mailHost, Deployment.of(this).settings.mailHost);
    worker.tell(environmentNames.trackingUrl, trackingUrl);
    storage.accounts.allow(worker, "GetItem");
    storage.counters.allow(worker, "UpdateItem");
    storage.messages.allow(worker, "GetItem", "PutItem", "UpdateItem", "BatchWriteItem");
    storage.stats.allow(worker, "UpdateItem");
    storage.quota.allow(worker, "GetItem", "UpdateItem");
    storage.suppressions.allow(worker, "BatchGetItem");
    storage.payloads.allowGet(worker);
    // Held mail that is too large for an item.
    storage.payloads.allowPut(worker);
    storage.log.allowPut(worker, copiesFolder);
    this.queue.allowSend(worker);
    events.allowSend(worker);
    dkimKey.allowDecrypt(worker);
    smtpRoute.allowUse(worker);
    linkKey.allowRead(worker);
    this.allowSes(worker);
  }

  // Raw content needs ses:SendRawEmail besides ses:SendEmail, and both need identity and configuration set.
  private allowSes(worker: ServiceFunction): void {
    const stack = Stack.of(this);
    const identities = stack.formatArn({ service: "ses", resource: "identity", resourceName: "*" });
    const set = stack.formatArn({
      service: "ses",
      resource: "configuration-set",
      resourceName: this.configurationSet.configurationSetName,
    });
    worker.allow(["ses:SendEmail", "ses:SendRawEmail"], [identities, set]);
    worker.tell(environmentNames.configurationSet, this.configurationSet.configurationSetName);
    worker.acknowledgeWildcard(identityWildcard, "Customers' domains become identities at run time.");
  }
}

/** How the rule pack writes "every SES identity of this account and region". */
export const identityWildcard = "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*";
