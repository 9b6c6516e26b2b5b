import * as z from "zod";
import { auditNote } from "../../../shared/accounts/audit.ts";
import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import type { OptOutStore } from "../../../shared/suppressions/opt-out-store.ts";
import type { TrackingOptOut } from "../../../shared/suppressions/suppression.ts";
import { type ApiRoute, route } from "../door/route.ts";
import { emailField, idField, listQuery, rowsPerPage } from "./list-fields.ts";
import { changeableDomain, checkChange } from "./suppressions.ts";

export interface OptOutDeps {
  readonly optOuts: OptOutStore;
  readonly domains: Pick<DomainStore, "get">;
}

const topic = "Tracking opt-outs";

const optOutSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    created_at: z.iso.datetime(),
    domain_name: z.string(),
  })
  .meta({ id: "TrackingOptOut" });

/** Recipients whose opens and clicks are not recorded. */
export function trackingOptOutRoutes(deps: OptOutDeps): ApiRoute[] {
  return [listRoute(deps), createRoute(deps), deleteRoute(deps)];
}

function listRoute({ optOuts }: OptOutDeps): ApiRoute {
  return route({
    method: "GET",
    path: "/tracking_opt_outs",
    topic,
    summary: "List tracking opt-outs, newest first, up to 1000 at a time; `last_id` is null on the last page",
    access: "any token",
    query: listQuery,
    responses: { 200: z.object({ data: z.array(optOutSchema), last_id: z.uuid().nullable() }) },
    async handle({ account, permissions, query }) {
      const found = await optOuts.list({
        accountId: account.id,
        email: query.email,
        from: query.start_time,
        to: query.end_time,
        lastId: query.last_id,
        limit: rowsPerPage + 1,
        domainIds: permissions.visibleDomains,
      });
      const data = found.slice(0, rowsPerPage);
      const lastId = found.length > rowsPerPage ? data.at(-1)?.id : undefined;
      return { status: 200, body: { data: data.map(shown), last_id: lastId ?? null } };
    },
  });
}

function createRoute({ optOuts, domains }: OptOutDeps): ApiRoute {
  return route({
    method: "POST",
    path: "/tracking_opt_outs",
    topic,
    summary: "Stop recording opens and clicks of an address for one domain",
    access: "any token",
    body: z.object({ email: emailField, domain_id: idField }),
    responses: { 201: z.object({ data: optOutSchema }) },
    async handle({ account, permissions, body: { email, domain_id: domainId } }) {
      const domain = await changeableDomain(domains, { accountId: account.id, domainId }, permissions);
      const optOut = await optOuts.put({ accountId: account.id, email, domainId, domainName: domain.name });
      return { status: 201, body: { data: shown(optOut) }, audit: noted("created", optOut) };
    },
  });
}

function deleteRoute({ optOuts }: OptOutDeps): ApiRoute {
  return route({
    method: "DELETE",
    path: "/tracking_opt_outs/{id}",
    topic,
    summary: "Take a tracking opt-out back",
    access: "any token",
    responses: { 200: optOutSchema },
    async handle({ account, permissions, params: { id = "" } }) {
      const existing = await optOuts.get(account.id, id.toLowerCase());
      checkChange(existing, permissions, "opt_out_not_found");
      const removed = await optOuts.remove(account.id, id.toLowerCase());
      if (removed === undefined) throw new PosternError("opt_out_not_found");
      return { status: 200, body: shown(removed), audit: noted("deleted", removed) };
    },
  });
}

function noted(verb: "created" | "deleted", { id, email, domainName }: TrackingOptOut) {
  const row = { email, domain_name: domainName };
  const change = verb === "created" ? { after: row } : { before: row };
  return auditNote({ type: "tracking_opt_out", verb, id, name: email, ...change });
}

function shown({ id, email, createdAt, domainName }: TrackingOptOut): z.infer<typeof optOutSchema> {
  return { id, email, created_at: new Date(createdAt).toISOString(), domain_name: domainName };
}
