/** An IAM statement, its resources already resolved to ARNs. */
export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly conditional: boolean;
}

/** One permission that a call needs; without a resource, any resource that the action is allowed on will do. */
export interface Permission {
  readonly action: string;
  readonly resource?: string;
}

export type Decision = "allowed" | "explicitly denied" | "not allowed";

/**
 * Evaluates identity-based policies as IAM does: a Deny wins over every Allow, and what is not allowed is
 * denied. Conditions are not evaluated: an Allow with a condition counts, a Deny with one does not.
 */
export function decide(statements: readonly Statement[], permission: Permission): Decision {
  const applying = statements.filter((statement) => applies(statement, permission));
  if (applying.some(({ effect, conditional }) => effect === "Deny" && !conditional))
    return "explicitly denied";
  return applying.some(({ effect }) => effect === "Allow") ? "allowed" : "not allowed";
}

/** The statements of a policy document (a plain object) in which every list may also be a single text. */
export function statementsOf(document: unknown): Statement[] {
  const { Statement: statements } = Object(document) as { Statement?: unknown };
  return listOf(statements).map((entry) => {
    const statement = Object(entry) as Record<string, unknown>;
    return {
      effect: statement["Effect"] === "Deny" ? "Deny" : "Allow",
      actions: listOf(statement["Action"]).map(String),
      notActions: listOf(statement["NotAction"]).map(String),
      resources: listOf(statement["Resource"]).map(String),
      notResources: listOf(statement["NotResource"]).map(String),
      conditional: statement["Condition"] !== undefined,
    };
  });
}

function applies(statement: Statement, { action, resource }: Permission): boolean {
  const actionMatches =
    statement.notActions.length > 0
      ? !statement.notActions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase()))
      : statement.actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase()));
  if (!actionMatches || resource === undefined) return actionMatches;
  return statement.notResources.length > 0
    ? !statement.notResources.some((pattern) => matches(pattern, resource))
    : statement.resources.some((pattern) => matches(pattern, resource));
}

const compiled = new Map<string, RegExp>();

/** `*` stands for any text, `?` for any one character. */
function matches(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    expression = new RegExp(`^${source}$`, "s");
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
