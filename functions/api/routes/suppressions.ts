import * as z from "zod";
import { auditNote } from "../../../shared/accounts/audit.ts";
import type { Permissions } from "../../../shared/accounts/permissions.ts";
import { streamSchema, streams } from "../../../shared/contracts/streams.ts";
import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { suppressionTypes } from "../../../shared/suppressions/suppression.ts";
import { suppressionFields } from "../../../shared/suppressions/suppression-fields.ts";
import type { SuppressionStore } from "../../../shared/suppressions/suppression-store.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRoute, route } from "../door/route.ts";
import { emailField, idField, listQuery, rowsPerPage } from "./list-fields.ts";

export interface SuppressionDeps {
  readonly suppressions: SuppressionStore;
  readonly domains: Pick<DomainStore, "get">;
}

const topic = "Suppressions";
const text = z.string().nullable();

const suppressionSchema = z
  .object({
    id: z.uuid(),
    type: z.enum(suppressionTypes),
    created_at: z.iso.datetime(),
    email: z.string(),
    sending_stream: z.enum([...streams, "any"]),
    domain_name: text,
    message_bounce_category: text,
    message_category: text,
    message_client_ip: text,
    message_created_at: z.iso.datetime().nullable(),
    message_esp_response: text,
    message_esp_server_type: text,
    message_outgoing_ip: text,
    message_recipient_mx_name: text,
    message_sender_email: text,
    message_subject: text,
  })
  .meta({ id: "Suppression" });

const newSuppressionSchema = z.object({
  email: emailField,
  domain_id: idField,
  sending_stream: z.enum(streamSchema.options, `is invalid. Allowed values: ${streams.join(", ")}.`),
  type: z
    .enum(suppressionTypes, `is invalid. Allowed values: ${suppressionTypes.join(", ")}.`)
    .default("manual import"),
});

/** The suppression list: who is on it, and putting addresses on it and taking them off. */
export function suppressionRoutes(deps: SuppressionDeps): ApiRoute[] {
  return [listRoute(deps), createRoute(deps), deleteRoute(deps)];
}

function listRoute({ suppressions }: SuppressionDeps): ApiRoute {
  return route({
    method: "GET",
    path: "/suppressions",
    topic,
    summary: "List suppressions, newest first, up to 1000 at a time",
    access: "any token",
    pool: "suppressions",
    query: listQuery,
    responses: { 200: z.array(suppressionSchema) },
    async handle({ account, permissions, query }) {
      const found = await suppressions.list({
        accountId: account.id,
        email: query.email,
        from: query.start_time,
        to: query.end_time,
        lastId: query.last_id,
        limit: rowsPerPage,
        domainIds: permissions.visibleDomains,
      });
      return { status: 200, body: found.map(suppressionFields) };
    },
  });
}

function createRoute({ suppressions, domains }: SuppressionDeps): ApiRoute {
  return route({
    method: "POST",
    path: "/suppressions",
    topic,
    summary:
      "Suppress an address for one domain and stream; one that is suppressed there already stays as it is",
    access: "any token",
    pool: "suppressions",
    body: newSuppressionSchema,
    responses: { 201: z.object({ data: suppressionSchema }) },
    async handle({
      account,
      permissions,
      body: { email, domain_id: domainId, sending_stream: stream, type },
    }) {
      const domain = await changeableDomain(domains, { accountId: account.id, domainId }, permissions);
      const suppression = await suppressions.put({
        accountId: account.id,
        email,
        domainId,
        domainName: domain.name,
        stream,
        type,
      });
      if (suppression === undefined) throw new Error("a suppression went while it was put");
      const shown = suppressionFields(suppression);
      return { status: 201, body: { data: shown }, audit: noted("created", shown) };
    },
  });
}

function deleteRoute({ suppressions }: SuppressionDeps): ApiRoute {
  return route({
    method: "DELETE",
    path: "/suppressions/{id}",
    topic,
    summary: "Reactivate an address: mail flows until it is suppressed again",
    access: "any token",
    pool: "suppressions",
    responses: { 200: suppressionSchema },
    async handle({ account, permissions, params: { id = "" } }) {
      const existing = await suppressions.get(account.id, id.toLowerCase());
      checkChange(existing, permissions, "suppression_not_found");
      const removed = await suppressions.remove(account.id, id.toLowerCase());
      if (removed === undefined) throw new PosternError("suppression_not_found");
      const shown = suppressionFields(removed);
      return { status: 200, body: shown, audit: noted("deleted", shown) };
    },
  });
}

function noted(verb: "created" | "deleted", { id, email, ...fields }: z.infer<typeof suppressionSchema>) {
  const { type, sending_stream, domain_name } = fields;
  const row = { email, type, sending_stream, domain_name };
  const change = verb === "created" ? { after: row } : { before: row };
  return auditNote({ type: "suppression", verb, id, name: email, ...change });
}

/**
 * The domain that a new row of a list is for.
 *
 * @throws PosternError `forbidden` for a token that may not change it, `validation_failed` for one that the
 * account does not have
 */
export async function changeableDomain(
  domains: SuppressionDeps["domains"],
  { accountId, domainId }: { accountId: number; domainId: number },
  permissions: Permissions,
) {
  if (permissions.onDomain(domainId) < 100) throw new PosternError("forbidden");
  const domain = await domains.get(accountId, domainId);
  if (domain === undefined) throw fieldErrors({ domain_id: ["is invalid"] });
  return domain;
}

/**
 * Whether a token may take a row off a list. Rows that it does not see are not there for it.
 *
 * @throws PosternError the given code, or `forbidden`
 */
export function checkChange(
  row: { readonly domainId: number | null } | undefined,
  permissions: Permissions,
  missing: "suppression_not_found" | "opt_out_not_found",
): void {
  const level = row?.domainId == null ? permissions.account : permissions.onDomain(row.domainId);
  if (row === undefined || level === 0) throw new PosternError(missing);
  if (level < 100) throw new PosternError("forbidden");
}
