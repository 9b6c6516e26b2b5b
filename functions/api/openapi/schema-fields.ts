import type { Json } from "./json-schema.ts";

/** A field of a body, for a table. */
export interface Field {
  /** With the names above it: `dns_records[].value`. */
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

const deepest = 4;
const parts = ["anyOf", "oneOf"] as const;

/** The fields of a body and of what is in it, in their order. */
export function fieldsOf(
  schema: Json,
  named: Readonly<Record<string, Json>>,
  prefix = "",
  depth = 0,
): Field[] {
  const of = resolved(schema, named);
  const one = itemsOf(of);
  if (one !== undefined) return fieldsOf(one, named, `${prefix}[]`, depth);
  const among = alternatives(of);
  if (among.length > 0) return among.flatMap((part) => fieldsOf(part, named, prefix, depth));
  if (depth > deepest) return [];
  const required = (of["required"] ?? []) as string[];
  return Object.entries((of["properties"] ?? {}) as Record<string, Json>).flatMap(([key, value]) => {
    const name = prefix === "" ? key : `${prefix}.${key}`;
    const description = String(value["description"] ?? resolved(value, named)["description"] ?? "");
    const field = { name, type: typeOf(value, named), required: required.includes(key), description };
    // What contains itself would have no end; what is the same by another name is said once.
    return (value["$ref"] !== undefined && value["$ref"] === schema["$ref"]) || "x-same-as" in value
      ? [field]
      : [field, ...fieldsOf(value, named, name, depth + 1)];
  });
}

/** A schema's type in a few words: `string (date-time)`, `"json" | "jsonlines"`, `list of objects`. */
export function typeOf(schema: Json, named: Readonly<Record<string, Json>>): string {
  const { type, format, enum: values, const: only, ...rest } = resolved(schema, named);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (only !== undefined) return JSON.stringify(only);
  const among = alternatives(rest);
  if (among.length > 0) return [...new Set(among.map((part) => typeOf(part, named)))].join(" | ");
  if (type === "array") return `list of ${typeOf((rest["items"] ?? {}) as Json, named)}`;
  if (type === undefined) return "any";
  const name = Array.isArray(type) ? type.join(" | ") : String(type);
  return format === undefined ? name : `${name} (${format})`;
}

/** A value that a schema allows, as an example. */
export function exampleOf(
  schema: Json,
  named: Readonly<Record<string, Json>>,
  name = "",
  depth = 0,
): unknown {
  const of = resolved(schema, named);
  const told = toldExample(of);
  if (told !== undefined) return told;
  const [first] = alternatives(of).filter((part) => part["type"] !== "null");
  if (first !== undefined) return exampleOf(first, named, name, depth);
  if (of["type"] === "array") {
    const item = exampleOf((of["items"] ?? {}) as Json, named, name, depth + 1);
    return depth > deepest || item === undefined ? [] : [item];
  }
  if (of["type"] === "object" || of["properties"] !== undefined) return objectExample(of, named, depth);
  return scalarExample(of, name);
}

/** What the schema itself gives as one; of values that may be there, the first. */
function toldExample({
  example,
  examples = [],
  default: usual,
  const: only,
  enum: values = [],
}: Json): unknown {
  const scalars = [only, ...(values as unknown[]), usual].filter((value) => typeof value !== "object");
  return [example, ...(examples as unknown[]), ...scalars].find((value) => value !== undefined);
}

function objectExample(of: Json, named: Readonly<Record<string, Json>>, depth: number): unknown {
  if (depth > deepest) return {};
  const entries = Object.entries((of["properties"] ?? {}) as Record<string, Json>)
    .filter(([, value]) => !("x-same-as" in value) && value["deprecated"] !== true)
    .map(([key, value]) => [key, exampleOf(value, named, key, depth + 1)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

const byFormat: Readonly<Record<string, string>> = {
  email: "ada@example.net",
  "date-time": "2026-03-10T12:00:00.000Z",
  date: "2026-03-10",
  uuid: "0199a1b2-c3d4-7e5f-8a6b-0123456789ab",
  uri: "https://example.com/",
};
const byName: Readonly<Record<string, unknown>> = {
  domain_name: "example.com",
  email: "ada@example.net",
  url: "https://example.com/hook",
  website_url: "https://example.com/",
  country: "Ireland",
  name: "Till",
  from: "shop@example.com",
  to: "ada@example.net",
  subject: "Your receipt",
  category: "Receipts",
  client_ip: "192.0.2.7",
  last_4_digits: "2af1",
  created_by: "Ada",
  expires_at: "2027-03-10T12:00:00Z",
};

function scalarExample({ type, format, minimum = 1 }: Json, name: string): unknown {
  const known = byFormat[String(format)] ?? byName[name];
  const kind = Array.isArray(type) ? type[0] : type;
  if (kind === "boolean") return true;
  if (kind === "integer" || kind === "number")
    return Math.max(1, Number(minimum) > 1e9 ? 1 : Number(minimum));
  if (kind === "null") return null;
  if (kind === "string") return known ?? "text";
  return known;
}

function resolved(schema: Json, named: Readonly<Record<string, Json>>): Json {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  return named[reference.split("/").at(-1) ?? ""] ?? {};
}

function alternatives(schema: Json): Json[] {
  return parts.flatMap((part) => (schema[part] ?? []) as Json[]);
}

function itemsOf({ type, items = {} }: Json): Json | undefined {
  return type === "array" ? (items as Json) : undefined;
}
