import * as z from "zod";
import { type Address, readAddress } from "../../../shared/mail/address.ts";
import { timeIn } from "../../../shared/platform/iso-time.ts";

/** How a list of addresses is searched, in the query string: both lists of this API have these fields. */
export const listQuery = z.object({
  email: z.string("Bad Request").optional(),
  start_time: timeField("start_time", "first"),
  end_time: timeField("end_time", "last"),
  last_id: z.uuid("Bad Request").toLowerCase().optional(),
});

/** Both lists show no more rows in one answer. */
export const rowsPerPage = 1_000;

/** An address in the form in which mail travels to it. */
export const emailField = z.string("can't be blank").transform((text, context) => {
  const address: Address | string = readAddress(text.trim());
  if (typeof address !== "string") return address.email;
  context.addIssue({ code: "custom", message: text.trim() === "" ? "can't be blank" : "format is invalid" });
  return z.NEVER;
});

/** Some clients send numbers as text. */
export const idField = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
    ],
    "is invalid",
  )
  .optional()
  .refine((id) => id !== undefined, { error: "can't be blank", abort: true })
  .transform(Number)
  .refine(Number.isSafeInteger, "is invalid");

const dateOnly = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 24 * 3600 * 1000;

/**
 * An ISO 8601 time as epoch ms. A day or a second is meant from its first to its last millisecond, so that
 * `end_time` includes what happened in it.
 */
function timeField(name: string, bound: "first" | "last") {
  return z
    .string("Bad Request")
    .transform((text, context) => {
      const start = timeIn(text);
      if (start !== undefined) return bound === "first" ? start : start + restOf(text);
      context.addIssue({ code: "custom", message: `Invalid parameter: ${name}` });
      return z.NEVER;
    })
    .optional();
}

function restOf(text: string): number {
  if (dateOnly.test(text)) return dayMs - 1;
  return /:\d{2}:\d{2}\.\d/.test(text) ? 0 : 999;
}
