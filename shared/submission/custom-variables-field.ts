import * as z from "zod";
import { map, wellFormed } from "./field-kinds.ts";

const mostBytes = 1_000;
const tooLarge = `'custom_variables' must not exceed ${mostBytes} bytes`;
const notPlain = "'custom_variables' values must be strings, numbers or booleans";

/**
 * The customer's own variables, as texts. Of a list only the first element is kept, as the service does
 * that clients are written for; null is left out.
 */
export const customVariablesField = map("'custom_variables'").transform(
  (variables, context): Record<string, string> => {
    if (Object.keys(variables).length > mostBytes) {
      context.addIssue(tooLarge);
      return z.NEVER;
    }
    const texts = Object.entries(variables).flatMap(([name, value]) => textOf(name, firstOf(value)));
    if (texts.includes(undefined)) {
      context.addIssue(notPlain);
      return z.NEVER;
    }
    const kept = Object.fromEntries(texts as [string, string][]);
    if (Buffer.byteLength(JSON.stringify(kept)) > mostBytes) context.addIssue(tooLarge);
    return kept;
  },
);

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

/** One entry, none where the value is left out, undefined where it is not a plain value. */
function textOf(name: string, value: unknown): [[string, string] | undefined] | [] {
  if (value === null || value === undefined) return [];
  if (name === "__proto__" || !["string", "number", "boolean"].includes(typeof value)) return [undefined];
  return [[wellFormed(name), wellFormed(String(value))]];
}
