import * as z from "zod";
import { type AddressFault, readAddress } from "../mail/address.ts";
import { attachmentsField } from "./attachments-field.ts";
import { customVariablesField } from "./custom-variables-field.ts";
import { isAbsent, map, oneLine, optional } from "./field-kinds.ts";
import { headersField } from "./headers-field.ts";

const mostAddressesInAList = 1_000;
// Nobody's limit but ours: subject and names are kept in the message's row, and a line of an email has
// at most 998 characters (RFC 5322 §2.1.1).
const longestSubject = 998;
const longestName = 255;
const longestCategory = 255;

const addressFaults: Record<AddressFault, string> = {
  invalid: "address is invalid",
  "non-ascii-local-part": "address must not have non-ASCII characters before '@'",
};

/** Every field that an email may have, each with the texts of its mistakes; the order is that of the answer. */
export const emailSchemas = {
  from: mailbox("from"),
  to: mailboxList("to"),
  cc: mailboxList("cc"),
  bcc: mailboxList("bcc"),
  subject: oneLine("'subject'", longestSubject),
  text: z.string("'text' must be a string"),
  html: z.string("'html' must be a string"),
  reply_to: z.preprocess(firstOfMany, mailbox("reply_to")),
  category: oneLine("'category'", longestCategory),
  custom_variables: customVariablesField,
  headers: headersField,
  attachments: attachmentsField,
  template_uuid: z.string("'template_uuid' must be a string"),
  template_variables: map("'template_variables'"),
};

export type EmailFieldName = keyof typeof emailSchemas;

/**
 * Whether a customer left a field out: besides missing, null and "" these are an address without an
 * email in `from` and `reply_to` (one client writes `{"email":""}` into every item of a batch) and an
 * empty list in `reply_to`.
 */
export function isLeftOut(name: EmailFieldName, value: unknown): boolean {
  if (isAbsent(value)) return true;
  if (name === "from") return hasNoEmail(value);
  if (name === "reply_to") return isAbsent(firstOfMany(value)) || hasNoEmail(firstOfMany(value));
  return false;
}

function mailbox(field: string) {
  return z.object(
    {
      email: z.string(`'${field}' ${addressFaults.invalid}`).transform((text, context) => {
        const address = readAddress(text);
        if (typeof address !== "string") return address.email;
        context.addIssue(`'${field}' ${addressFaults[address]}`);
        return z.NEVER;
      }),
      name: optional(oneLine(`'${field}' name`, longestName)),
    },
    `'${field}' ${addressFaults.invalid}`,
  );
}

function mailboxList(field: string) {
  return z
    .array(z.unknown(), `'${field}' must be an array`)
    .max(mostAddressesInAList, `'${field}' must not exceed ${mostAddressesInAList} addresses`)
    .pipe(z.array(mailbox(field)));
}

function firstOfMany(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function hasNoEmail(value: unknown): boolean {
  return typeof value === "object" && value !== null && isAbsent((value as { email?: unknown }).email);
}
