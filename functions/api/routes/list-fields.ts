import * as z from "zod";
import { type Address, readAddress } from "../../../shared/mail/address.ts";
import { endOfTimeIn, timeIn } from "../../../shared/platform/iso-time.ts";

/** How a list of addresses is searched, in the query string: both lists of this API have these fields. */
export const listQuery = z.object({
  // What is no address is looked for all the same: it is found nowhere.
  email: z.string("Bad Request").transform(asItTravels).optional(),
  start_time: timeField("start_time", timeIn),
  end_time: timeField("end_time", endOfTimeIn),
  last_id: z.uuid("Bad Request").toLowerCase().optional(),
});

/** Both lists show no more rows in one answer. */
export const rowsPerPage = 1_000;

function asItTravels(text: string): string {
  const address = readAddress(text.trim());
  return typeof address === "string" ? text : address.email;
}

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

/** An ISO 8601 time as epoch ms. */
function timeField(name: string, read: (text: string) => number | undefined) {
  return z
    .string("Bad Request")
    .transform((text, context) => {
      const time = read(text);
      if (time !== undefined) return time;
      context.addIssue({ code: "custom", message: `Invalid parameter: ${name}` });
      return z.NEVER;
    })
    .optional();
}
