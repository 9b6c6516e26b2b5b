import { Stack } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import type { Settings } from "../settings.ts";

/** Where an alarm's description sends whoever it wakes; the anchor follows. */
export const runbookPath = "docs/operator/runbook.md";

export interface AlarmProps {
  /** What is wrong when the alarm rings, as a sentence without a full stop. */
  readonly says: string;
  /** Anchor of the runbook's entry that says what to do. */
  readonly runbook: string;
  readonly metric: IMetric;
  /** The alarm rings when the metric is at or over this. */
  readonly atLeast: number;
  /** So many periods in a row; 1 unless given. */
  readonly periods?: number;
}

/** Every alarm, and the topic through which the operator hears of them. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly all: Alarm[] = [];

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.topic = new Topic(this, "Topic", { enforceSSL: true });
    // A policy of its own replaces the one by which the account's alarms may publish to any of its topics.
    this.topic.grantPublish(
      new ServicePrincipal("cloudwatch.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    );
    if (settings.operatorEmail !== undefined) {
      this.topic.addSubscription(new EmailSubscription(settings.operatorEmail));
    }
  }

  /** An alarm beside the construct that it watches; silence is health. */
  raise(scope: Construct, id: string, props: AlarmProps): Alarm {
    const alarm = new Alarm(scope, id, {
      alarmDescription: `${props.says}. Runbook: ${runbookPath}#${props.runbook}`,
      metric: props.metric,
      threshold: props.atLeast,
      evaluationPeriods: props.periods ?? 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    this.all.push(alarm);
    return alarm;
  }
}
