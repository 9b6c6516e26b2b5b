import * as z from "zod";
import { auditNote } from "../../../shared/accounts/audit.ts";
import type { Permissions } from "../../../shared/accounts/permissions.ts";
import { streams } from "../../../shared/contracts/streams.ts";
import type { DomainStore } from "../../../shared/domains/domain-store.ts";
import type { Clock } from "../../../shared/platform/clock.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { newId } from "../../../shared/platform/ids.ts";
import { type ListFileClient, linkSeconds } from "../../../shared/suppressions/list-file-client.ts";
import {
  domainsPerImport,
  importBytes,
  type ListImport,
  noProgress,
} from "../../../shared/suppressions/list-import.ts";
import type { TransferQueueClient } from "../../../shared/suppressions/transfer-queue-client.ts";
import type { ImportStore, Kept } from "../../../shared/suppressions/transfer-store.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRequest, type ApiRoute, route } from "../door/route.ts";
import { idField } from "./list-fields.ts";

export interface ImportRouteDeps {
  readonly domains: Pick<DomainStore, "list">;
  readonly imports: ImportStore;
  readonly files: Pick<ListFileClient, "put" | "size" | "uploadUrl">;
  readonly transfers: TransferQueueClient;
  readonly clock: Clock;
}

const usual = { topic: "Suppressions", access: "any token", isExtension: true } as const;

const scopeFields = {
  domain_ids: z
    .preprocess(
      (value) => (value === undefined || Array.isArray(value) ? value : [value]),
      z.array(idField).optional(),
    )
    .refine((ids) => (ids?.length ?? 0) <= domainsPerImport, `has more than ${domainsPerImport} domains`),
  sending_stream: z
    .enum([...streams, "any"], `is invalid. Allowed values: ${streams.join(", ")}, any.`)
    .default("any"),
};

const scopeSchema = z.object(scopeFields);
type Scope = z.output<typeof scopeSchema>;

const time = z.iso.datetime().nullable();
const importSchema = z
  .object({
    id: z.uuid(),
    status: z.enum(["uploading", "waiting", "running", "finished", "failed"]),
    sending_stream: z.enum([...streams, "any"]),
    domain_ids: z.array(z.int()).nullable(),
    created_at: z.iso.datetime(),
    finished_at: time,
    failure: z.string().nullable(),
    lines_read: z.int(),
    added: z.int(),
    already_listed: z.int(),
    bad_lines_count: z.int(),
    bad_lines: z.array(z.object({ line: z.int(), reason: z.string() })),
  })
  .meta({ id: "SuppressionImport" });
const envelope = z.object({ data: importSchema });

/** Importing lists of addresses from CSV files: small ones in the request, larger ones by an upload. */
export function suppressionImportRoutes(deps: ImportRouteDeps): ApiRoute[] {
  return [importRoute(deps), uploadRoute(deps), startRoute(deps), progressRoute(deps)];
}

function importRoute(deps: ImportRouteDeps): ApiRoute {
  return route({
    ...usual,
    method: "POST",
    path: "/suppressions/import",
    summary: "Import addresses from a CSV file in the body, of up to 4 MB; larger files are uploaded",
    pool: "suppressions",
    query: scopeSchema,
    responses: { 202: envelope },
    async handle(request) {
      const { rawBody, query } = request;
      if (rawBody.length === 0) throw fieldErrors({ base: ["The file is empty"] });
      const job = await newImport(deps, request, query, "waiting");
      await deps.files.put(job.key, rawBody);
      await deps.imports.create(job);
      await ask(deps, job);
      return { status: 202, body: { data: shown(job) }, audit: noted(job, "started") };
    },
  });
}

function uploadRoute(deps: ImportRouteDeps): ApiRoute {
  return route({
    ...usual,
    method: "POST",
    path: "/suppressions/imports",
    summary: "Prepare the import of a CSV file of up to 25 MB: the answer says where to PUT it",
    pool: "suppressions",
    body: scopeSchema.extend({
      bytes: z.int("is invalid").min(1, "is invalid").max(importBytes, `is more than ${importBytes}`),
    }),
    responses: {
      201: envelope.extend({
        upload: z.object({ method: z.literal("PUT"), url: z.url(), expires_at: z.iso.datetime() }),
      }),
    },
    async handle(request) {
      const job = await newImport(deps, request, request.body, "uploading");
      await deps.imports.create(job);
      const url = await deps.files.uploadUrl(job.key, request.body.bytes);
      const expiresAt = new Date(job.createdAt + linkSeconds * 1000).toISOString();
      return {
        status: 201,
        body: { data: shown(job), upload: { method: "PUT", url, expires_at: expiresAt } },
        audit: noted(job, "prepared"),
      };
    },
  });
}

function startRoute(deps: ImportRouteDeps): ApiRoute {
  return route({
    ...usual,
    method: "POST",
    path: "/suppressions/imports/{id}/start",
    summary: "Begin an import whose file was uploaded; beginning it again changes nothing",
    pool: "suppressions",
    responses: { 202: envelope },
    async handle(request) {
      const kept = await found(deps, request);
      const admin = kept.row.domains?.every(({ id }) => request.permissions.onDomain(id) === 100);
      if (!(admin ?? request.permissions.account === 100)) throw new PosternError("forbidden");
      const begun = kept.row.status === "uploading" ? await begin(deps, kept) : kept.row;
      if (begun.status === "waiting") await ask(deps, begun);
      return { status: 202, body: { data: shown(begun) }, audit: noted(begun, "started") };
    },
  });
}

function progressRoute(deps: ImportRouteDeps): ApiRoute {
  return route({
    ...usual,
    method: "GET",
    path: "/suppressions/imports/{id}",
    summary: "How far an import is, and which lines of its file are bad",
    responses: { 200: envelope },
    handle: async (request) => ({ status: 200, body: { data: shown((await found(deps, request)).row) } }),
  });
}

async function newImport(
  { domains, clock }: ImportRouteDeps,
  { account, permissions }: Pick<ApiRequest, "account" | "permissions">,
  { domain_ids: ids, sending_stream: stream }: Scope,
  status: ListImport["status"],
): Promise<ListImport> {
  const isAllowed = ids?.every((domainId) => permissions.onDomain(domainId) === 100);
  if (!(isAllowed ?? permissions.account === 100)) throw new PosternError("forbidden");
  const known = ids && (await domains.list(account.id)).filter(({ id }) => ids.includes(id));
  if (known && (known.length === 0 || known.length < new Set(ids).size)) {
    throw fieldErrors({ domain_ids: ["is invalid"] });
  }
  const createdAt = clock.now();
  const id = newId(createdAt);
  return {
    id,
    accountId: account.id,
    createdAt,
    status,
    domains: known?.map(({ id: domainId, name }) => ({ id: domainId, name })) ?? null,
    stream,
    key: `lists/${account.id}/${id}.csv`,
    ...noProgress,
  };
}

/** @throws PosternError `not_found` for one that the token may not see, too */
async function found(
  { imports }: ImportRouteDeps,
  { account, permissions, params: { id = "" } }: Pick<ApiRequest, "account" | "permissions" | "params">,
): Promise<Kept<ListImport>> {
  const kept = await imports.get(account.id, id.toLowerCase());
  if (kept === undefined || !isVisible(kept.row, permissions)) throw new PosternError("not_found");
  return kept;
}

function isVisible({ domains }: ListImport, permissions: Permissions): boolean {
  return domains?.every(({ id }) => permissions.onDomain(id) > 0) ?? permissions.account > 0;
}

async function begin({ files, imports }: ImportRouteDeps, kept: Kept<ListImport>): Promise<ListImport> {
  const bytes = await files.size(kept.row.key);
  if (bytes === undefined) throw fieldErrors({ base: ["The file was not uploaded"] });
  if (bytes > importBytes) throw fieldErrors({ base: [`The file has more than ${importBytes} bytes`] });
  const begun = await imports.change(kept, { status: "waiting" });
  // Another request did it.
  return begun?.row ?? { ...kept.row, status: "waiting" };
}

function noted({ id, stream, domains }: ListImport, verb: string) {
  const after = { sending_stream: stream, domains: domains?.map(({ name }) => name) ?? null };
  return auditNote({ type: "suppression_import", verb, id, after });
}

function ask({ transfers }: ImportRouteDeps, { accountId, id }: ListImport): Promise<void> {
  return transfers.ask({ kind: "import", accountId, id });
}

function shown(job: ListImport): z.infer<typeof importSchema> {
  return {
    id: job.id,
    status: job.status,
    sending_stream: job.stream,
    domain_ids: job.domains?.map(({ id }) => id) ?? null,
    created_at: new Date(job.createdAt).toISOString(),
    finished_at: job.finishedAt === undefined ? null : new Date(job.finishedAt).toISOString(),
    failure: job.failure ?? null,
    lines_read: job.linesRead,
    added: job.added,
    already_listed: job.listed,
    bad_lines_count: job.bad,
    bad_lines: [...job.badLines],
  };
}
