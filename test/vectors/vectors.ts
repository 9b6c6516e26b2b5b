import { readFileSync } from "node:fs";

export interface Vector {
  readonly id: string;
  readonly title: string;
  readonly request: {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly expect: { readonly status: number; readonly body?: unknown };
}

/** Values for the placeholders of the vectors, by name. */
export type Fixtures = Readonly<Record<string, string | number>>;

/** The vectors of a file beside this one. */
export function readVectors(file: string): Vector[] {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return (JSON.parse(text) as { vectors: Vector[] }).vectors;
}

/** The fixtures that a vector names. */
export function fixturesOf(vector: Vector): string[] {
  const names = JSON.stringify(vector).matchAll(/\$\{([A-Z_0-9]+)(?::int)?\}/g);
  return [...new Set([...names].map(([, name]) => name as string))];
}

/** A vector's request with its placeholders filled in and its generators run. */
export function requestOf(vector: Vector, fixtures: Fixtures): Vector["request"] {
  return filled(vector.request, fixtures) as Vector["request"];
}

/**
 * Compares a value with a pattern by the rules of the README.
 *
 * @returns where and how they differ; nothing if the value matches
 */
export function mismatches(pattern: unknown, value: unknown, path = "body"): string[] {
  if (typeof pattern === "string" && pattern.startsWith("~"))
    return mismatchesOfMatcher(pattern, value, path);
  if (Array.isArray(pattern)) return mismatchesOfList(pattern, value, path);
  if (!isObject(pattern)) {
    return Object.is(pattern, value) ? [] : [`${path}: ${shown(value)} is not ${shown(pattern)}`];
  }
  if ("$each" in pattern) return mismatchesOfEach(pattern, value, path);
  if ("$contains" in pattern) return mismatchesOfContains(pattern["$contains"], value, path);
  if (!isObject(value)) return [`${path}: ${shown(value)} is no object`];
  return Object.entries(pattern).flatMap(([key, inner]) => mismatches(inner, value[key], `${path}.${key}`));
}

const matchers: Record<string, (value: unknown) => boolean> = {
  "~uuid": (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(value)),
  "~int": (value) => Number.isInteger(value),
  "~number": (value) => typeof value === "number",
  "~bool": (value) => typeof value === "boolean",
  "~string": (value) => typeof value === "string",
  "~iso8601": (value) =>
    typeof value === "string" && /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2}))?$/.test(value),
  "~absent": (value) => value === undefined,
};

function mismatchesOfMatcher(pattern: string, value: unknown, path: string): string[] {
  const orNull = pattern.endsWith("|null");
  const name = orNull ? pattern.slice(0, -"|null".length) : pattern;
  if (orNull && value === null) return [];
  const isMatch = name.startsWith("~re:")
    ? typeof value === "string" && new RegExp(name.slice("~re:".length)).test(value)
    : matcherOf(name)(value);
  return isMatch ? [] : [`${path}: ${shown(value)} is not ${pattern}`];
}

function matcherOf(name: string): (value: unknown) => boolean {
  const matcher = matchers[name];
  if (matcher === undefined) throw new Error(`no such matcher: ${name}`);
  return matcher;
}

function mismatchesOfList(patterns: unknown[], value: unknown, path: string): string[] {
  if (!Array.isArray(value) || value.length !== patterns.length) {
    return [`${path}: ${shown(value)} is no list of ${patterns.length}`];
  }
  return patterns.flatMap((pattern, place) => mismatches(pattern, value[place], `${path}[${place}]`));
}

function mismatchesOfEach(pattern: Record<string, unknown>, value: unknown, path: string): string[] {
  const { $each, $min = 0, $max = Number.POSITIVE_INFINITY } = pattern;
  if (!Array.isArray(value) || value.length < Number($min) || value.length > Number($max)) {
    return [`${path}: ${shown(value)} is no list of ${$min} to ${$max}`];
  }
  return value.flatMap((item, place) => mismatches($each, item, `${path}[${place}]`));
}

function mismatchesOfContains(pattern: unknown, value: unknown, path: string): string[] {
  const isThere = Array.isArray(value) && value.some((item) => mismatches(pattern, item).length === 0);
  return isThere ? [] : [`${path}: nothing in ${shown(value)} matches ${shown(pattern)}`];
}

function filled(value: unknown, fixtures: Fixtures): unknown {
  if (typeof value === "string") return filledText(value, fixtures);
  if (Array.isArray(value)) return value.map((item) => filled(item, fixtures));
  if (!isObject(value)) return value;
  if ("$chars" in value) return "a".repeat(Number(value["$chars"]));
  if ("$repeat" in value) {
    return Array.from({ length: Number(value["$repeat"]) }, () => filled(value["item"], fixtures));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, fixtures)]));
}

function filledText(text: string, fixtures: Fixtures): unknown {
  const number = /^\$\{([A-Z_0-9]+):int\}$/.exec(text);
  if (number) return Number(fixtureOf(number[1] as string, fixtures));
  return text.replace(/\$\{([A-Z_0-9]+)\}/g, (_, name: string) => String(fixtureOf(name, fixtures)));
}

function fixtureOf(name: string, fixtures: Fixtures): string | number {
  const value = fixtures[name];
  if (value === undefined) throw new Error(`no fixture for ${name}`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 200);
}
