import type { FunctionDefinition } from "../runtime/function-definition.ts";
import { decide } from "../runtime/policy.ts";
import { rolesOf } from "../runtime/role-policies.ts";
import type { DeployedResource, Deployment } from "../template/deployment.ts";

/** A schedule of the template and the function that it invokes. */
export interface ScheduleDefinition {
  readonly id: string;
  readonly arn: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly functionId: string;
  /** JSON text, in which `<aws.scheduler.scheduled-time>` and its like are replaced when it is due. */
  readonly input: string | undefined;
}

interface Target {
  readonly Arn: string;
  readonly RoleArn: string;
  readonly Input?: string;
}

/** @throws Error when a schedule's role does not allow to invoke its function */
export function schedulesOf(
  deployment: Deployment,
  functions: readonly FunctionDefinition[],
): ScheduleDefinition[] {
  const roles = rolesOf(deployment);
  return deployment
    .resources("AWS::Scheduler::Schedule")
    .filter(({ properties }) => properties["State"] !== "DISABLED")
    .map((schedule) => {
      const target = schedule.properties["Target"] as Target;
      const role = roles.get(target.RoleArn);
      const invoke = { action: "lambda:InvokeFunction", resource: target.Arn };
      if (!role || decide(role.statements, invoke) !== "allowed") {
        throw new Error(`the role of ${schedule.logicalId} does not allow ${invoke.action} on ${target.Arn}`);
      }
      return definitionOf(schedule, target, functions);
    });
}

function definitionOf(
  { logicalId: id, arn, properties }: DeployedResource,
  target: Target,
  functions: readonly FunctionDefinition[],
): ScheduleDefinition {
  const invoked = functions.find((candidate) => candidate.arn === target.Arn);
  if (!invoked) throw new Error(`${id}: the local cloud knows functions as targets of schedules only`);
  return {
    id,
    arn,
    expression: String(properties["ScheduleExpression"]),
    timeZone: String(properties["ScheduleExpressionTimezone"] ?? "UTC"),
    functionId: invoked.id,
    input: target.Input,
  };
}
