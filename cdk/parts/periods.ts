import { Duration, Stack, Validations } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Schedule, ScheduleExpression } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { Construct } from "constructs";
import { DeadLetters } from "../defaults/dead-letters.ts";
import { ServiceFunction } from "../defaults/service-function.ts";
import type { OwnerMail } from "./owner-mail.ts";
import type { SendingDomains } from "./sending-domains.ts";
import type { Storage } from "./storage.ts";

/** What happens by the clock: billing periods that end, quota that a crash left reserved, domains whose records may have changed, tokens that end, logs that have grown. */
export class Periods extends Construct {
  readonly deadLetters: DeadLetters;
  /** The functions that the clock starts, and their schedules. */
  readonly schedules: { readonly functionId: string; readonly arn: string }[] = [];
  readonly checkDomains: ServiceFunction;
  /** What the names of schedules have before those of their functions. */
  readonly schedulePrefix = `${Stack.of(this).stackName}-`;

  constructor(
    scope: Construct,
    id: string,
    { storage, domains, ownerMail }: { storage: Storage; domains: SendingDomains; ownerMail: OwnerMail },
  ) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, "SchedulesDeadLetters", {
      says: "A schedule could not start its function",
      runbook: "schedule-dead-letters",
    });
    Validations.of(this.deadLetters).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "It is a dead-letter queue itself, of schedules, which the rule does not know.",
    });
    const reset = this.scheduled("ResetPeriods", Duration.minutes(5), {
      folder: "reset-periods",
      description: "Closes billing periods that have ended and opens the next",
    });
    storage.quota.allow(reset, "GetItem", "PutItem", "UpdateItem", "Query");
    // What a crash kept an owner from being told of the period.
    storage.notices.allow(reset, "PutItem");
    // A plan that came with a period's end, and the audit log's entry of it.
    storage.accounts.allow(reset, "GetItem", "PutItem", "UpdateItem");
    reset.allow(
      ["events:PutEvents"],
      [Stack.of(this).formatArn({ service: "events", resource: "event-bus/default" })],
    );
    storage.quota.allowIndexQuery(reset, "byPeriodEnd");

    const reconcile = this.scheduled("ReconcileQuota", Duration.minutes(15), {
      folder: "reconcile-quota",
      description: "Settles reservations that a crash left open",
    });
    storage.quota.allow(reconcile, "Scan", "GetItem", "UpdateItem");
    storage.messages.allow(reconcile, "BatchGetItem", "PutItem");

    this.checkDomains = this.scheduled("CheckDomains", Duration.minutes(1), {
      folder: "check-domains",
      description: "Looks at the DNS records of domains that are due, reviews domains and rotates their keys",
    });
    domains.allowReview(this.checkDomains);
    storage.accounts.allowIndexQuery(this.checkDomains, "byCheckTime");

    const watch = this.scheduled("WatchTokens", Duration.hours(1), {
      folder: "watch-tokens",
      description: "Tells owners of API tokens that end, and forgets those that ended long ago",
    });
    storage.accounts.allow(watch, "GetItem", "PutItem", "UpdateItem", "DeleteItem");
    storage.accounts.allowIndexQuery(watch, "byCheckTime");
    storage.notices.allow(watch, "PutItem");

    const usage = this.scheduled("WatchUsage", Duration.minutes(15), {
      folder: "watch-usage",
      description: "Tells owners what of their quota is used, where a crash kept it from them",
    });
    storage.quota.allow(usage, "Scan");
    storage.notices.allow(usage, "BatchGetItem", "PutItem");

    const send = this.scheduled("SendNotices", Duration.minutes(1), {
      folder: "send-notices",
      description: "Sends owners by email what they are told",
    });
    storage.accounts.allow(send, "GetItem");
    storage.notices.allow(send, "UpdateItem");
    storage.notices.allowIndexQuery(send, "byEmailTime");
    ownerMail.allowSend(send);

    const pack = this.scheduled("PackLog", Duration.minutes(5), {
      folder: "pack-log",
      description: "Packs the message logs of accounts that send much, so that they are searched in a moment",
    });
    storage.messages.allow(pack, "Query", "GetItem", "PutItem", "UpdateItem", "DeleteItem");
    storage.log.allowGet(pack);
    storage.log.allowPut(pack);
    storage.log.allowDelete(pack);
  }

  /** A function that the clock starts. */
  scheduled(
    id: string,
    interval: Duration,
    props: { readonly folder: string; readonly description: string },
  ): ServiceFunction {
    const worker = new ServiceFunction(this, id, { ...props, timeout: Duration.minutes(4), memorySize: 512 });
    const role = new Role(this, `${id}ScheduleRole`, {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${id}.Arn>:*]`,
      reason: "Versions and aliases of this one function.",
    });
    const schedule = new Schedule(this, `${id}Schedule`, {
      scheduleName: this.schedulePrefix + id,
      description: props.description,
      schedule: ScheduleExpression.rate(interval),
      target: new LambdaInvoke(worker, {
        role,
        deadLetterQueue: this.deadLetters,
        // The next round does what this one missed; an old one is of no use beside it.
        retryAttempts: 3,
        maxEventAge: interval,
      }),
    });
    this.schedules.push({ functionId: id, arn: schedule.scheduleArn });
    return worker;
  }
}
