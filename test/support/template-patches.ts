import type { Resource, Template, TemplatePatch } from "../../local/template/template.ts";

interface Statement {
  readonly Action: string | readonly string[];
}

/**
 * Takes the statements that allow an action away from a function's role.
 *
 * @throws Error when the role has no such statement: the test would prove nothing
 */
export function withoutStatement(functionId: string, action: string): TemplatePatch {
  return (template) => {
    const roleId = roleOf(template, functionId);
    let removed = 0;
    const entries = Object.entries(template.Resources).map(([id, resource]) => {
      if (!isPolicyOf(resource, roleId)) return [id, resource] as const;
      const kept = statementsOf(resource).filter((statement) => !allows(statement, action));
      removed += statementsOf(resource).length - kept.length;
      return [id, withStatements(resource, kept)] as const;
    });
    if (removed === 0) throw new Error(`the role of ${functionId} has no statement with ${action}`);
    return { ...template, Resources: Object.fromEntries(entries) };
  };
}

function roleOf(template: Template, functionId: string): string {
  const { Role: role } = Object(template.Resources[functionId]?.Properties);
  return Object(role)["Fn::GetAtt"]?.[0];
}

function isPolicyOf({ Type, Properties }: Resource, roleId: string): boolean {
  const { Roles: roles = [] } = Object(Properties) as { Roles?: { Ref: string }[] };
  return Type === "AWS::IAM::Policy" && roles.some(({ Ref }) => Ref === roleId);
}

function statementsOf({ Properties }: Resource): Statement[] {
  return Object(Properties?.["PolicyDocument"]).Statement;
}

function withStatements(resource: Resource, statements: readonly Statement[]): Resource {
  const document = { ...Object(resource.Properties?.["PolicyDocument"]), Statement: statements };
  return { ...resource, Properties: { ...resource.Properties, PolicyDocument: document } };
}

function allows({ Action }: Statement, action: string): boolean {
  return [Action].flat().includes(action);
}
