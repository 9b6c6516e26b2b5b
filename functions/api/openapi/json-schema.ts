import * as z from "zod";

export type Json = Readonly<Record<string, unknown>>;

/** The schemas that a description names, and how others point at them. */
export class NamedSchemas {
  readonly #found = new Map<string, Json>();

  /** A schema as JSON Schema 2020-12, as OpenAPI 3.1 has it; what it cannot say there, it leaves open. */
  of(schema: z.ZodType, io: "input" | "output"): Json {
    const { $schema: _version, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
    // What is read and what is answered may differ under the same name.
    const suffix = io === "input" ? "Input" : "";
    for (const [name, definition] of Object.entries($defs)) {
      this.#found.set(`${name}${suffix}`, pointingHere(definition, suffix));
    }
    return pointingHere(rest, suffix);
  }

  /** All that were named so far. */
  get all(): Readonly<Record<string, Json>> {
    return Object.fromEntries(this.#found);
  }
}

function pointingHere(schema: unknown, suffix: string): Json {
  const text = JSON.stringify(schema, (key, value) =>
    key === "$ref" && typeof value === "string"
      ? `${value.replace("#/$defs/", "#/components/schemas/")}${suffix}`
      : value,
  );
  return JSON.parse(text);
}
