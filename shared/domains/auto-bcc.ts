import * as z from "zod";
import { readAddress } from "../mail/address.ts";
import { isFieldName, isReservedField } from "../mail/header-field.ts";

const mostAutoBccAddresses = 10;
const mostAutoBccHeaders = 10;

/** Who gets a blind copy of every email from a domain, and what these copies alone say in their header. */
export const autoBccSchema = z.object({
  emails: z.array(z.string()),
  /** Header fields by name, each `X-…`. */
  headers: z.record(z.string(), z.string()),
});

const longestValue = 255;

const addressSchema = z.string("is invalid").transform((text, context) => {
  const address = readAddress(text.trim());
  if (typeof address === "object") return address.email;
  context.addIssue("has an invalid address");
  return z.NEVER;
});

const emailsSchema = z
  .array(addressSchema, "must be a list of addresses")
  .refine(
    (emails) => emails.length <= mostAutoBccAddresses,
    `has too many addresses (maximum is ${mostAutoBccAddresses})`,
  )
  .refine(isWithoutDuplicates, "has an address twice");

const headersSchema = z.record(z.string(), z.unknown(), "must be an object").transform((headers, context) => {
  const entries = Object.entries(headers);
  if (entries.length > mostAutoBccHeaders) {
    context.addIssue(`has too many fields (maximum is ${mostAutoBccHeaders})`);
  }
  if (!isWithoutDuplicates(Object.keys(headers))) context.addIssue("has a name twice");
  const faults = new Set(entries.map(([name, value]) => faultOf(name, value)));
  for (const fault of faults) if (fault !== undefined) context.addIssue(fault);
  return headers as Record<string, string>;
});

function faultOf(name: string, value: unknown): string | undefined {
  if (!/^x-./i.test(name) || !isFieldName(name) || isReservedField(name))
    return "must have names like X-Copy";
  const isText = typeof value === "string" && /^[ -~]*[!-~][ -~]*$/.test(value);
  return isText && value.length <= longestValue
    ? undefined
    : `must have values of 1 to ${longestValue} printable ASCII characters`;
}

function isWithoutDuplicates(texts: readonly string[]): boolean {
  return new Set(texts.map((text) => text.toLowerCase())).size === texts.length;
}

/** The same as somebody asks for it, with what is wrong in words. */
export const wantedAutoBccSchema = z.object(
  { emails: emailsSchema, headers: headersSchema.default({}) },
  "is invalid",
);

export type AutoBcc = z.infer<typeof autoBccSchema>;

/** A demo domain writes to nobody but the account's owner. */
export function mayHaveAutoBcc(domain: {
  readonly demo: boolean;
  readonly complianceStatus: string;
}): boolean {
  return !domain.demo && domain.complianceStatus !== "demo";
}
