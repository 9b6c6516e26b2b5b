import type { AwsCall } from "./aws-call.ts";
import { type Decision, decide, type Permission } from "./policy.ts";
import type { Role } from "./role-policies.ts";

/** A permission that a role lacks, and how IAM came to say so. */
export interface Denial {
  readonly permission: Permission;
  readonly decision: Exclude<Decision, "allowed">;
}

/** The first of the permissions that the role does not give. */
export function firstDenial(role: Role, permissions: readonly Permission[]): Denial | undefined {
  for (const permission of permissions) {
    const decision = decide(role.statements, permission);
    if (decision !== "allowed") return { permission, decision };
  }
  return undefined;
}

/** The sentence with which AWS refuses. */
export function denialText(role: Role, session: string, { permission, decision }: Denial): string {
  const { action, resource = "*" } = permission;
  const account = role.arn.split(":")[4];
  const user = `arn:aws:sts::${account}:assumed-role/${role.name}/${session}`;
  const reason =
    decision === "explicitly denied"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}

/** The policy statement that is missing, as it would stand in the template. */
export function missingStatement({ permission }: Denial): string {
  return JSON.stringify({ Effect: "Allow", Action: permission.action, Resource: permission.resource ?? "*" });
}

/** The error that the SDK of the service would have made of the refusal. */
export function accessDeniedError(call: AwsCall, message: string): Error {
  const name = call.service === "s3" ? "AccessDenied" : "AccessDeniedException";
  const httpStatusCode = call.service === "dynamodb" || call.service === "kms" ? 400 : 403;
  return Object.assign(new Error(message), {
    name,
    Code: name,
    $fault: "client",
    $metadata: { httpStatusCode, attempts: 1, totalRetryDelay: 0 },
  });
}
