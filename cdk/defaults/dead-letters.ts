import { type CfnResource, Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { Deployment } from "./deployment.ts";

export interface DeadLettersProps {
  /** What has failed when something is in here, as a sentence without a full stop. */
  readonly says: string;
  /** Anchor of the runbook's entry that tells the way back. */
  readonly runbook: string;
}

/** A queue for what could not be done, kept as long as SQS can, with an alarm as soon as one thing is in it. */
export class DeadLetters extends Queue {
  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    (this.node.defaultChild as CfnResource).overrideLogicalId(id);
    Deployment.of(this).alarms.raise(this, "NotEmptyAlarm", {
      says: props.says,
      runbook: props.runbook,
      metric: this.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: "Maximum",
      }),
      atLeast: 1,
    });
  }
}
