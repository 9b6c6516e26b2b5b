import * as z from "zod";
import { auditNote } from "../../../shared/accounts/audit.ts";
import { mayHaveAutoBcc, wantedAutoBccSchema } from "../../../shared/domains/auto-bcc.ts";
import type { DomainWork } from "../../../shared/domains/domain-work.ts";
import type { SendingDomain } from "../../../shared/domains/sending-domain.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRoute, route } from "../door/route.ts";
import { domainToChange, domainToSee } from "./domain-access.ts";

export interface AutoBccDeps {
  readonly domainWork: DomainWork;
}

const bodySchema = z.object({
  auto_bcc: wantedAutoBccSchema.meta({
    // Not `examples`, which are left out of what is transformed.
    example: { emails: ["crm@example.net"], headers: { "X-Copy": "yes" } },
  }),
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
