import { draftOf } from "../../shared/submission/email.ts";
import { readFields } from "../../shared/submission/email-fields.ts";

/** An email's fields, without a mistake. */
export const sound = {
  from: { email: "billing@till.example", name: "Billing desk" },
  to: [{ email: "reader@example.net" }],
  subject: "Receipt",
  text: "Paid.",
};

/** What is read of the sound email with some fields changed. */
export function draft(changes: object) {
  return draftOf(readFields({ ...sound, ...changes }));
}

/** What is wrong with the sound email once some fields are changed. */
export function problems(changes: object): readonly string[] {
  return draft(changes).problems;
}
