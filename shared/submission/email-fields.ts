import type * as z from "zod";
import type { Mailbox } from "../contracts/delivery-job.ts";
import { fileBytes } from "./attachments-field.ts";
import { type EmailFieldName, emailSchemas, isLeftOut } from "./email-schemas.ts";

type Values = { [Name in EmailFieldName]: z.output<(typeof emailSchemas)[Name]> };

/** What was made of one field: its value, checked and normalized, or what is wrong with it. */
export type Field<Value> =
  | { readonly value: Value; readonly problems: readonly []; readonly bytes: number }
  | { readonly value?: undefined; readonly problems: readonly string[]; readonly bytes: 0 };

/** The fields that a customer gave, each checked for itself; what was left out is not in it. */
export type EmailFields = { readonly [Name in EmailFieldName]?: Field<Values[Name]> };

const names = Object.keys(emailSchemas) as EmailFieldName[];

/**
 * Checks each field of an email for itself. Unknown fields are ignored. A batch reads its base once and
 * lays each item's fields over it.
 */
export function readFields(email: object): EmailFields {
  const given = names.flatMap((name) => {
    const value: unknown = Object.hasOwn(email, name) ? email[name as never] : undefined;
    return isLeftOut(name, value) ? [] : [[name, readField(name, value)]];
  });
  return Object.fromEntries(given) as EmailFields;
}

function readField(name: EmailFieldName, raw: unknown): Field<unknown> {
  const { data, error } = emailSchemas[name].safeParse(raw);
  if (error) return { problems: [...new Set(error.issues.map(({ message }) => message))], bytes: 0 };
  return { value: data, problems: [], bytes: bytesOf(name, data) };
}

// The size of an email is that of what it says: header fields and texts in UTF-8, attachments decoded.
// Only checked values are measured; of the others `template_variables` may be nested without end.
const measures: { readonly [Name in EmailFieldName]?: (value: Values[Name]) => number } = {
  from: mailboxBytes,
  to: (mailboxes) => sumOf(mailboxes, mailboxBytes),
  cc: (mailboxes) => sumOf(mailboxes, mailboxBytes),
  reply_to: mailboxBytes,
  subject: utf8Bytes,
  text: utf8Bytes,
  html: utf8Bytes,
  headers: (headers) => sumOf(Object.entries(headers), ([name, text]) => utf8Bytes(name) + utf8Bytes(text)),
  attachments: (files) => sumOf(files, (file) => fileBytes(file) + utf8Bytes(file.filename)),
};

function bytesOf(name: EmailFieldName, value: unknown): number {
  const measure = measures[name] as ((value: unknown) => number) | undefined;
  return measure?.(value) ?? 0;
}

function mailboxBytes({ email, name }: Mailbox): number {
  return utf8Bytes(email) + utf8Bytes(name ?? "");
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text);
}

function sumOf<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0);
}
