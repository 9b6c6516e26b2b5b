import * as z from "zod";

/**
 * Reads environment variables once, through a schema, when a function starts.
 *
 * @throws Error that names every variable that is missing or wrong; it is the deployment's mistake, never
 * the customer's, and so carries no catalogue code
 */
export function readEnvironment<Shape extends z.ZodRawShape>(shape: Shape): z.infer<z.ZodObject<Shape>> {
  const result = z.object(shape).safeParse(process.env);
  if (!result.success) {
    const names = result.error.issues.map((issue) => issue.path.join("."));
    throw new Error(`environment variables missing or invalid: ${names.join(", ")}`);
  }
  return result.data;
}
