import type { LocalSchedule } from "../engines/aws/scheduler.ts";
import type { Deployment } from "../template/deployment.ts";

/** The template's schedules, as the scheduler's own API tells of them. */
export function schedulesIn(deployment: Deployment): LocalSchedule[] {
  return deployment.resources("AWS::Scheduler::Schedule").map(({ ref, arn, properties }) => ({
    name: ref,
    arn,
    expression: String(properties["ScheduleExpression"]),
    state: properties["State"] === "DISABLED" ? "DISABLED" : "ENABLED",
  }));
}
