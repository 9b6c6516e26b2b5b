import { asText, ofType, type Resources } from "./synthesized.ts";

/** Actions by what they are allowed on. */
export type Permissions = Record<string, string[]>;

/** What a function may do, apart from writing its log and its traces. */
export function permissionsOf(template: Resources, id: string): Permissions {
  return permissions(template, id, (action) => !isLogOrTrace(action));
}

/** What it may do besides. */
export function logsAndTracesOf(template: Resources, id: string): Permissions {
  return permissions(template, id, isLogOrTrace);
}

function isLogOrTrace(action: string): boolean {
  return action.startsWith("logs:") || action.startsWith("xray:");
}

/** Resource -> allowed actions, over all policies of the function's role. */
function permissions(template: Resources, id: string, wanted: (action: string) => boolean): Permissions {
  const found: Permissions = {};
  for (const { Effect, Action, Resource } of statementsOfRole(template, id)) {
    if (Effect !== "Allow") throw new Error(`a role of ${id} denies something`);
    const actions = [Action].flat().filter(wanted);
    for (const resource of actions.length > 0 ? [Resource].flat().map(asText) : []) {
      found[resource] = [...(found[resource] ?? []), ...actions];
    }
  }
  return withSortedActions(found);
}

interface RoleStatement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

function statementsOfRole(template: Resources, id: string): RoleStatement[] {
  const role = template[id]?.Properties.Role["Fn::GetAtt"][0];
  // What is too long for a role's own policy is in others.
  const policies = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].flatMap((type) => ofType(template, type));
  return policies
    .filter(([, { Properties }]) =>
      Properties.Roles?.some((attached: { Ref: string }) => attached.Ref === role),
    )
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

/** Each list of actions in its order, so that two are alike. */
export function withSortedActions(permissions: Permissions): Permissions {
  return Object.fromEntries(
    Object.entries(permissions).map(([resource, actions]) => [resource, [...new Set(actions)].toSorted()]),
  );
}
