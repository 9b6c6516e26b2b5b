import * as z from "zod";
import { AwsError } from "./aws-error.ts";
import { type AwsService, bodyAs, decoded, ok } from "./protocol.ts";

export interface LocalSchedule {
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  state: "ENABLED" | "DISABLED";
}

const pathPattern = /^\/schedules\/([^/]+)$/;
const updateSchema = z.object({ State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED") });

export function isSchedule({ path }: { path: string }): boolean {
  return pathPattern.test(path);
}

/** EventBridge Scheduler's GetSchedule, and of UpdateSchedule the state. The clock does not look at it. */
export function schedulerService(schedules: readonly LocalSchedule[]): AwsService {
  return async (request) => {
    const name = decoded(pathPattern.exec(request.path)?.[1] ?? "");
    const schedule = schedules.find((one) => one.name === name);
    if (schedule === undefined) {
      throw new AwsError(404, "ResourceNotFoundException", `Schedule ${name} does not exist.`);
    }
    if (request.method === "PUT") {
      schedule.state = bodyAs(updateSchema, request, "ValidationException").State;
      return ok({ ScheduleArn: schedule.arn });
    }
    const { arn: Arn, expression: ScheduleExpression, state: State } = schedule;
    return ok({ Arn, Name: name, GroupName: "default", ScheduleExpression, State });
  };
}
