import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { metricDimensions, metricNames, metricNamespace } from "../../shared/contracts/metric-names.ts";
import { Deployment } from "../defaults/deployment.ts";
import type { ServiceFunction } from "../defaults/service-function.ts";
import type { ServiceQueue } from "../defaults/service-queue.ts";
import type { HttpDoor } from "./http-door.ts";

export interface WatchingProps {
  readonly doors: readonly HttpDoor[];
  readonly queues: readonly ServiceQueue[];
  readonly accepting: readonly ServiceFunction[];
  readonly delivering: readonly ServiceFunction[];
}

const fiveMinutes = Duration.minutes(5);

/** The alarms that belong to no single part, and the one page that shows how all of it is doing. */
export class Watching extends Construct {
  constructor(scope: Construct, id: string, props: WatchingProps) {
    super(scope, id);
    this.watchOwnMetrics();
    this.watchReputation();
    this.showDashboard(props);
  }

  private watchOwnMetrics(): void {
    const { alarms } = Deployment.of(this);
    alarms.raise(this, "QuotaReconciledAlarm", {
      says: "Reserved quota had to be settled after a crash",
      runbook: "quota-reconciled",
      metric: ownMetric(metricNames.quotaReconciled),
      atLeast: 1,
    });
    alarms.raise(this, "RouteBreakerAlarm", {
      says: "A delivery route is sick and mail leaves by the other one",
      runbook: "route-breaker-open",
      metric: ownMetric(metricNames.routeBreakerOpened),
      atLeast: 1,
    });
  }

  // Amazon reviews an account from 5% bounces or 0.1% complaints on, and may pause it from 10% or 0.5%: the alarms
  // come before.
  private watchReputation(): void {
    const { alarms } = Deployment.of(this);
    alarms.raise(this, "BounceRateAlarm", {
      says: "So much mail bounces that Amazon may soon review the account",
      runbook: "bounce-rate",
      metric: reputation("BounceRate"),
      atLeast: 0.04,
    });
    alarms.raise(this, "ComplaintRateAlarm", {
      says: "So many recipients complain that Amazon may soon review the account",
      runbook: "complaint-rate",
      metric: reputation("ComplaintRate"),
      atLeast: 0.0008,
    });
  }

  private showDashboard({ doors, queues, accepting, delivering }: WatchingProps): void {
    const queueMetric = { period: Duration.minutes(1), statistic: "Maximum" };
    const dashboard = new Dashboard(this, "Dashboard", { defaultInterval: Duration.hours(12) });
    dashboard.addWidgets(
      new AlarmStatusWidget({
        title: "Alarms",
        alarms: Deployment.of(this).alarms.all,
        width: 24,
        height: 8,
      }),
    );
    dashboard.addWidgets(
      graph(
        "Requests",
        doors.map(({ api }) => api.metricCount({ period: fiveMinutes })),
      ),
      graph(
        "Answers 4xx",
        doors.map(({ api }) => api.metricClientError({ period: fiveMinutes })),
      ),
      graph(
        "Answers 5xx",
        doors.map(({ api }) => api.metricServerError({ period: fiveMinutes })),
      ),
    );
    dashboard.addWidgets(
      graph(
        "Waiting",
        queues.map((queue) => queue.metricApproximateNumberOfMessagesVisible(queueMetric)),
      ),
      graph(
        "Oldest, seconds",
        queues.map((queue) => queue.metricApproximateAgeOfOldestMessage(queueMetric)),
      ),
      graph(
        "Sent back for later",
        queues.map((queue) => queue.metricApproximateNumberOfMessagesDelayed(queueMetric)),
      ),
    );
    dashboard.addWidgets(
      graph(
        "Accepting, ms (p99)",
        accepting.map((worker) => worker.metricDuration({ statistic: "p99" })),
      ),
      graph(
        "Delivering, ms (p99)",
        delivering.map((worker) => worker.metricDuration({ statistic: "p99" })),
      ),
      graph("Mail over SES", ["Send", "Delivery", "Bounce", "Complaint"].map(sesCount)),
    );
    dashboard.addWidgets(
      graph("Mended and routed around", [
        ownMetric(metricNames.quotaReconciled),
        ownMetric(metricNames.routeBreakerOpened),
        ownMetric(metricNames.copiesLost),
      ]),
      graph("Reputation", [reputation("BounceRate"), reputation("ComplaintRate")]),
      graph("Billing periods closed", [ownMetric(metricNames.periodsClosed)]),
    );
  }
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: 8 });
}

function ownMetric(metricName: string): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { ...metricDimensions },
    period: fiveMinutes,
    statistic: "Sum",
  });
}

function sesCount(metricName: string): Metric {
  return new Metric({ namespace: "AWS/SES", metricName, period: fiveMinutes, statistic: "Sum" });
}

function reputation(rate: "BounceRate" | "ComplaintRate"): Metric {
  return new Metric({
    namespace: "AWS/SES",
    metricName: `Reputation.${rate}`,
    period: Duration.hours(1),
    statistic: "Average",
  });
}
