import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import type { Installation } from "../installation.ts";
import { failed, look, type Outcome, ok } from "./finding.ts";
import type { InstallationClient } from "./installation-client.ts";

export interface SchedulesDeps {
  readonly aws: Pick<InstallationClient, "schedule">;
  readonly installation: Pick<Installation, "schedules">;
}

/** What the clock starts: each schedule is there and enabled. */
export async function examineSchedules({ aws, installation }: SchedulesDeps): Promise<Finding[]> {
  return await Promise.all(
    installation.schedules.map(({ functionId, schedule }) =>
      look(functionId, async () => outcomeOf(functionId, schedule, await aws.schedule(schedule))),
    ),
  );
}

function outcomeOf(
  functionId: string,
  name: string,
  found: Awaited<ReturnType<InstallationClient["schedule"]>>,
): Outcome {
  if (found === undefined) {
    return failed(`there is no schedule ${name}: ${functionId} never runs`, "Deploy the stack again.");
  }
  if (found.State !== "ENABLED") {
    return failed(
      `the schedule ${name} is disabled: ${functionId} does not run`,
      `Enable it in the EventBridge console under Schedules, or deploy the stack again.`,
    );
  }
  return ok(`${name}, ${found.ScheduleExpression}`);
}
