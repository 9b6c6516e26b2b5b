import type { Template } from "./template.ts";

/** What a template's own text cannot say: the names that resources get when they are created. */
export interface Surroundings {
  readonly pseudoParameters: Readonly<Record<string, string>>;
  ref(logicalId: string): string;
  attribute(logicalId: string, attribute: string): string;
}

/** Resolves a template value: intrinsic functions become what CloudFormation would put in their place. */
export type Resolve = (value: unknown) => unknown;

// What `AWS::NoValue` stands for: the property is left out.
const noValue = Symbol("AWS::NoValue");

/**
 * The intrinsic functions that CDK templates use; any other throws, so that nothing runs locally with a
 * value that AWS would not have given it.
 */
export function resolver(template: Template, surroundings: Surroundings): Resolve {
  const scope = { template, surroundings };
  return (value) => {
    const resolved = resolve(scope, value);
    return resolved === noValue ? undefined : resolved;
  };
}

interface Scope {
  readonly template: Template;
  readonly surroundings: Surroundings;
}

type Intrinsic = (scope: Scope, argument: unknown) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (scope, name) => reference(scope, text(name)),
  "Fn::GetAtt": attribute,
  "Fn::Join"(scope, argument) {
    const [separator, parts] = list(argument);
    return list(resolve(scope, parts)).map(text).join(text(separator));
  },
  "Fn::Sub": substitute,
  "Fn::Select"(scope, argument) {
    const [index, values] = list(argument);
    const chosen = list(resolve(scope, values))[Number(resolve(scope, index))];
    if (chosen === undefined) throw new Error(`Fn::Select finds nothing: ${JSON.stringify(argument)}`);
    return chosen;
  },
  "Fn::Split"(scope, argument) {
    const [separator, value] = list(argument);
    return text(resolve(scope, value)).split(text(separator));
  },
  "Fn::If"(scope, argument) {
    const [condition, yes, no] = list(argument);
    return resolve(scope, holds(scope, condition) ? yes : no);
  },
  "Fn::FindInMap"(scope, argument) {
    const [map = "", first = "", second = ""] = list(resolve(scope, argument)).map(text);
    const found = scope.template.Mappings?.[map]?.[first]?.[second];
    if (found === undefined) throw new Error(`Fn::FindInMap finds nothing: ${JSON.stringify(argument)}`);
    return found;
  },
  "Fn::Base64": (scope, argument) => Buffer.from(text(resolve(scope, argument))).toString("base64"),
  Condition: holds,
  "Fn::Equals"(scope, argument) {
    const [left, right] = list(resolve(scope, argument));
    return left === right;
  },
  "Fn::Not": (scope, argument) => !list(resolve(scope, argument))[0],
  "Fn::And": (scope, argument) => list(resolve(scope, argument)).every(Boolean),
  "Fn::Or": (scope, argument) => list(resolve(scope, argument)).some(Boolean),
};

function resolve(scope: Scope, value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => resolve(scope, entry)).filter((entry) => entry !== noValue);
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && isIntrinsic(...only)) return call(scope, ...only);
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, resolve(scope, entry)]).filter(([, entry]) => entry !== noValue),
  );
}

// `Condition` is also a part of IAM statements, where it holds an object.
function isIntrinsic(key: string, argument: unknown): boolean {
  return key === "Ref" || key.startsWith("Fn::") || (key === "Condition" && typeof argument === "string");
}

function call(scope: Scope, name: string, argument: unknown): unknown {
  const intrinsic = intrinsics[name];
  if (!intrinsic) throw new Error(`the local cloud does not know the intrinsic function ${name}`);
  return intrinsic(scope, argument);
}

function holds(scope: Scope, condition: unknown): boolean {
  const definition = scope.template.Conditions?.[text(condition)];
  if (definition === undefined) throw new Error(`the template has no condition ${condition}`);
  return resolve(scope, definition) === true;
}

function reference({ template, surroundings }: Scope, name: string): unknown {
  if (name === "AWS::NoValue") return noValue;
  if (name.startsWith("AWS::")) return pseudoParameter(surroundings, name);
  const parameter = template.Parameters?.[name];
  if (!parameter) return surroundings.ref(name);
  if (parameter.Default === undefined) throw new Error(`the parameter ${name} has no default`);
  return parameter.Default;
}

function pseudoParameter({ pseudoParameters }: Surroundings, name: string): string {
  const value = pseudoParameters[name];
  if (value === undefined) throw new Error(`the local cloud does not know the pseudo parameter ${name}`);
  return value;
}

function attribute({ surroundings }: Scope, argument: unknown): string {
  const [logicalId = "", ...path] =
    typeof argument === "string" ? argument.split(".") : list(argument).map(text);
  return surroundings.attribute(logicalId, path.join("."));
}

function substitute(scope: Scope, argument: unknown): string {
  const [pattern, variables] = typeof argument === "string" ? [argument, {}] : list(argument);
  const values = Object(resolve(scope, variables)) as Record<string, unknown>;
  return text(pattern).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(values, name)) return text(values[name]);
    return text(name.includes(".") ? attribute(scope, name) : reference(scope, name));
  });
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`a list is expected, not ${JSON.stringify(value)}`);
  return value;
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`a text is expected, not ${JSON.stringify(value)}`);
}
