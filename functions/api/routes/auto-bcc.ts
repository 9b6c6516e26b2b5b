import * as z from "zod";
import { auditNote } from "../../../shared/accounts/audit.ts";
import {
  mayHaveAutoBcc,
  mostAutoBccAddresses,
  mostAutoBccHeaders,
} from "../../../shared/domains/auto-bcc.ts";
import type { DomainWork } from "../../../shared/domains/domain-work.ts";
import type { SendingDomain } from "../../../shared/domains/sending-domain.ts";
import { readAddress } from "../../../shared/mail/address.ts";
import { isFieldName, isReservedField } from "../../../shared/mail/header-field.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRoute, route } from "../door/route.ts";
import { domainToChange, domainToSee } from "./domain-access.ts";

export interface AutoBccDeps {
  readonly domainWork: DomainWork;
}

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

const bodySchema = z.object({
  auto_bcc: z.object({ emails: emailsSchema, headers: headersSchema.default({}) }, "is invalid"),
});
const shownSchema = z.object({
  auto_bcc: z.object({
    emails: z.array(z.string()),
    headers: z.record(z.string(), z.string()).describe("Header fields of the copies alone"),
  }),
});

const description = {
  path: "/domains/{id}/auto_bcc",
  topic: "Domains",
  access: "any token",
  isExtension: true,
  responses: { 200: shownSchema },
} as const;

/** Blind copies of every email from a domain. */
export function autoBccRoutes({ domainWork }: AutoBccDeps): ApiRoute[] {
  return [
    route({
      ...{ ...description, method: "GET", summary: "Shows who gets a blind copy of every email" },
      handle: async (request) => ({ status: 200, body: shown(await domainToSee(domainWork, request)) }),
    }),
    route({
      ...{ ...description, method: "PUT", summary: "Says who gets a blind copy of every email" },
      body: bodySchema,
      handle: async (request) => {
        const domain = await domainToChange(domainWork, request);
        if (!mayHaveAutoBcc(domain))
          throw fieldErrors({ base: ["Auto-BCC is not available on demo domains"] });
        const changed = await domainWork.domains.change(domain, { autoBcc: request.body.auto_bcc });
        const change = { before: shown(domain), after: shown(changed) };
        const audit = auditNote({
          ...{ type: "sending_domain", verb: "updated", id: domain.id, name: domain.name },
          ...change,
        });
        return { status: 200, body: shown(changed), audit };
      },
    }),
  ];
}

function shown({ autoBcc }: SendingDomain): z.output<typeof shownSchema> {
  return { auto_bcc: { emails: autoBcc?.emails ?? [], headers: autoBcc?.headers ?? {} } };
}
