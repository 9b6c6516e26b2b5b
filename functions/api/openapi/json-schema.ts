import * as z from "zod";

export type Json = Readonly<Record<string, unknown>>;

/** A schema as JSON Schema 2020-12, as OpenAPI 3.1 has it; what it cannot say there, it leaves open. */
export function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
