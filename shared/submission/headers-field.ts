import * as z from "zod";
import { isFieldName, isFoldable, isOneLine, isReservedField } from "../mail/header-field.ts";
import { map } from "./field-kinds.ts";

const mostHeaders = 100;
const tooMany = `'headers' must not exceed ${mostHeaders} fields`;
const longestValue = 8_000;

/** The composer chooses it, so that clients which always send it need not change. */
const ignoredField = "content-transfer-encoding";

/** The customer's own header fields: a map of names to one-line texts. */
export const headersField = map("'headers'").transform((headers, context): Record<string, string> => {
  if (Object.keys(headers).length > mostHeaders) {
    context.addIssue(tooMany);
    return z.NEVER;
  }
  const entries = Object.entries(headers).filter(([name]) => name.toLowerCase() !== ignoredField);
  for (const fault of new Set(entries.map(faultOf))) if (fault !== undefined) context.addIssue(fault);
  return Object.fromEntries(entries as [string, string][]);
});

function faultOf([name, value]: [string, unknown]): string | undefined {
  if (!isFieldName(name)) return "'headers' name is invalid";
  if (isReservedField(name)) return `'headers' must not contain '${name}'`;
  if (typeof value !== "string") return `'headers' value of '${name}' must be a string`;
  if (!isOneLine(value)) {
    return `'headers' value of '${name}' must not contain line breaks or other control characters`;
  }
  if (value.length > longestValue) {
    return `'headers' value of '${name}' must not exceed ${longestValue} characters`;
  }
  if (!isFoldable(value)) return `'headers' value of '${name}' has a word that is too long for a line`;
  return undefined;
}
