import { Aws, Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnRecordSet } from "aws-cdk-lib/aws-route53";
import { ReceiptRuleSet, TlsPolicy } from "aws-cdk-lib/aws-ses";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import { ServiceQueue } from "../defaults/service-queue.ts";
import type { LinkKey } from "./keys.ts";
import type { Storage } from "./storage.ts";
import { publishingZoneId } from "./zone.ts";

export interface IncomingMailProps {
  readonly storage: Storage;
  readonly linkKey: LinkKey;
  readonly events: ServiceQueue;
}

const amazonSes = new ServicePrincipal("ses.amazonaws.com", {
  conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
});
const folder = "incoming/";
const recordTtl = Duration.minutes(5);

/**
 * Mail for the service itself: what recipients' programs write to unsubscribe, and reports of complaints. Amazon SES
 * takes it in at the mail host, once its rule set is made the active one.
 */
export class IncomingMail extends Construct {
  readonly queue: ServiceQueue;
  readonly ruleSetName: string;

  constructor(scope: Construct, id: string, props: IncomingMailProps) {
    super(scope, id);
    const timeout = Duration.seconds(60);
    this.queue = new ServiceQueue(this, "IncomingMailQueue", {
      consumerTimeout: timeout,
      oldestShouldBe: Duration.minutes(15),
      runbook: { deadLetters: "incoming-mail-dead-letters", age: "incoming-mail-queue-age" },
    });
    this.queue.workOff(this.worker(timeout, props), { batchSize: 10, maxConcurrency: 2 });
    this.ruleSetName = `${Stack.of(this).stackName}-incoming`;
    this.takeIn(props.storage, this.topicOf(this.queue));
    this.pointHere();
  }

  private worker(timeout: Duration, { storage, linkKey, events }: IncomingMailProps): ServiceFunction {
    const worker = new ServiceFunction(this, "ReceiveMail", {
      folder: "receive-mail",
      description: "Unsubscribes who asks by mail, and records complaints that are reported by mail",
      timeout,
      memorySize: 512,
    });
    worker.tell(environmentNames.mailHost, Deployment.of(this).settings.mailHost);
    linkKey.allowRead(worker);
    events.allowSend(worker);
    storage.messages.allow(worker, "GetItem");
    storage.suppressions.allow(worker, "BatchGetItem", "GetItem", "PutItem");
    storage.payloads.allowGet(worker);
    return worker;
  }

  private topicOf(queue: ServiceQueue): Topic {
    const topic = new Topic(this, "Topic", { enforceSSL: true });
    topic.grantPublish(amazonSes);
    topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
    return topic;
  }

  private takeIn({ payloads }: Storage, topic: Topic): void {
    const { mailHost } = Deployment.of(this).settings;
    const place = { bucketName: payloads.bucketName, objectKeyPrefix: folder };
    const ruleSet = new ReceiptRuleSet(this, "RuleSet", { receiptRuleSetName: this.ruleSetName });
    const allowed = payloads.addToResourcePolicy(
      new PolicyStatement({
        principals: [amazonSes],
        actions: ["s3:PutObject"],
        resources: [payloads.arnForObjects(`${folder}*`)],
      }),
    );
    const rule = ruleSet.addRule("OwnAddresses", {
      // An address takes in what has a `+` and anything after its name, too.
      recipients: [`unsubscribe@${mailHost}`, `fbl@${mailHost}`],
      actions: [{ bind: () => ({ s3Action: { ...place, topicArn: topic.topicArn } }) }],
      scanEnabled: true,
      tlsPolicy: TlsPolicy.OPTIONAL,
    });
    // SES tries the bucket when the rule is made.
    if (allowed.policyDependable) rule.node.addDependency(allowed.policyDependable);
  }

  private pointHere(): void {
    const zoneId = publishingZoneId(this);
    if (zoneId === undefined) return;
    new CfnRecordSet(this, "Mx", {
      ...{ hostedZoneId: zoneId, name: `${Deployment.of(this).settings.mailHost}.`, type: "MX" },
      resourceRecords: [`10 inbound-smtp.${Stack.of(this).region}.amazonaws.com`],
      ttl: String(recordTtl.toSeconds()),
    });
  }
}
