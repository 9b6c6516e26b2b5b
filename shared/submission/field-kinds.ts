import * as z from "zod";
import { isOneLine } from "../mail/header-field.ts";

/** Missing, null and the empty string are the same to this API. */
export function isAbsent(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

/** A value that may be left out, in any of the ways in which customers leave out. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(undefinedIfAbsent, schema.optional());
}

/** A value that must be there: left out in any way, it is undefined to its schema, which says so. */
export function required<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(undefinedIfAbsent, schema);
}

function undefinedIfAbsent(value: unknown): unknown {
  return isAbsent(value) ? undefined : value;
}

/** A map; kept as it is, a key `__proto__` included, which zod's own objects drop without a word. */
export function map(title: string) {
  return z.custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    `${title} must be an object`,
  );
}

/** A text that must be there. */
export function text(title: string) {
  return z
    .string({
      error: ({ input }) => `${title} ${isAbsent(input) ? "is required" : "must be a string"}`,
    })
    .overwrite(wellFormed);
}

/**
 * A text with U+FFFD for each half of a surrogate pair: JSON can hold one, UTF-8 and thus the tables
 * cannot, and an email with it would be accepted and never delivered.
 */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/**
 * A text that goes into a header field of the email.
 *
 * @param title how the texts of its mistakes call it
 * @param longest in characters, as a reader counts them
 */
export function oneLine(title: string, longest: number) {
  return text(title)
    .refine((value) => isAtMost(value, longest), {
      error: `${title} must not exceed ${longest} characters`,
      abort: true,
    })
    .refine(isOneLine, `${title} must not contain line breaks or other control characters`);
}

// Counting code points makes an array of the text, so only what can fit is counted.
function isAtMost(text: string, longest: number): boolean {
  return text.length <= longest || (text.length <= 2 * longest && [...text].length <= longest);
}
