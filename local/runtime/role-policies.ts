import type { Deployment } from "../template/deployment.ts";
import { type Statement, statementsOf } from "./policy.ts";

/** A role as the template declares it, with all statements attached to it. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
}

/**
 * The roles of the template by ARN. AWS's own managed policies are left out: those that the functions use
 * grant writing logs, which needs no permission locally.
 */
export function rolesOf(deployment: Deployment): Map<string, Role> {
  const attached = deployment.resources("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy");
  return new Map(
    deployment.resources("AWS::IAM::Role").map((role) => {
      const inline = (role.properties["Policies"] as { PolicyDocument: unknown }[] | undefined) ?? [];
      const managed = (role.properties["ManagedPolicyArns"] as string[] | undefined) ?? [];
      const documents = attached
        .filter(({ ref, properties }) => {
          const roles = (properties["Roles"] as string[] | undefined) ?? [];
          return roles.includes(role.ref) || managed.includes(ref);
        })
        .map(({ properties }) => properties["PolicyDocument"]);
      const statements = [...inline.map(({ PolicyDocument }) => PolicyDocument), ...documents].flatMap(
        statementsOf,
      );
      return [role.arn, { name: role.ref, arn: role.arn, statements }];
    }),
  );
}
