import * as z from "zod";
import type { Clock } from "../../../shared/platform/clock.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import { newId } from "../../../shared/platform/ids.ts";
import { csvOf } from "../../../shared/suppressions/csv-suppressions.ts";
import type { ListExport } from "../../../shared/suppressions/list-export.ts";
import { type ListFileClient, linkSeconds } from "../../../shared/suppressions/list-file-client.ts";
import type { SuppressionStore } from "../../../shared/suppressions/suppression-store.ts";
import type { TransferQueueClient } from "../../../shared/suppressions/transfer-queue-client.ts";
import type { ExportStore } from "../../../shared/suppressions/transfer-store.ts";
import { type ApiRoute, route } from "../door/route.ts";

export interface ExportRouteDeps {
  readonly suppressions: Pick<SuppressionStore, "list">;
  readonly exports: ExportStore;
  readonly files: Pick<ListFileClient, "downloadUrl">;
  readonly transfers: TransferQueueClient;
  readonly clock: Clock;
}

const usual = { method: "GET", topic: "Suppressions", access: "any token", isExtension: true } as const;

const exportSchema = z
  .object({
    id: z.uuid(),
    status: z.enum(["waiting", "running", "finished"]),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
    rows: z.int(),
    url: z.url().nullable(),
    url_expires_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "SuppressionExport" });
const envelope = z.object({ data: exportSchema });

/** What a response may hold: AWS Lambda answers 6 MB at most, and its JSON makes quotes and lines longer. */
const rowsPerResponse = 5_000;
const bytesPerResponse = 4 * 1024 * 1024;

/** The list as a CSV file: at once if it is small, from a link later if it is large. */
export function suppressionExportRoutes(deps: ExportRouteDeps): ApiRoute[] {
  return [exportRoute(deps), progressRoute(deps)];
}

function exportRoute({ suppressions, exports, transfers, clock }: ExportRouteDeps): ApiRoute {
  return route({
    ...usual,
    path: "/suppressions/export",
    summary: "The list as CSV (200), or the export that makes a file of a long one (202)",
    pool: "suppressions",
    responses: { 200: undefined, 202: envelope },
    async handle({ account, permissions }) {
      const which = { accountId: account.id, domainIds: permissions.visibleDomains };
      const rows = await suppressions.list({ ...which, limit: rowsPerResponse + 1 });
      const text = rows.length > rowsPerResponse ? undefined : csvOf(rows, { heading: true });
      if (text !== undefined && Buffer.byteLength(text) <= bytesPerResponse) {
        return { status: 200, text, headers: csvHeaders };
      }
      const createdAt = clock.now();
      const id = newId(createdAt);
      const key = `lists/${account.id}/${id}.csv`;
      const job: ListExport = { ...which, id, createdAt, key, status: "waiting", rows: 0, parts: [] };
      await exports.create(job);
      await transfers.ask({ kind: "export", accountId: account.id, id });
      return { status: 202, body: { data: shown(job) } };
    },
  });
}

function progressRoute({ exports, files, clock }: ExportRouteDeps): ApiRoute {
  return route({
    ...usual,
    path: "/suppressions/exports/{id}",
    summary: "How far an export is, and the link to its file",
    responses: { 200: envelope },
    async handle({ account, permissions, params: { id = "" } }) {
      const job = (await exports.get(account.id, id.toLowerCase()))?.row;
      const isVisible =
        job?.domainIds?.every((domainId) => permissions.onDomain(domainId) > 0) ?? permissions.account > 0;
      if (job === undefined || !isVisible) throw new PosternError("not_found");
      if (job.status !== "finished") return { status: 200, body: { data: shown(job) } };
      const url = await files.downloadUrl(job.key, "suppressions.csv");
      const expiresAt = new Date(clock.now() + linkSeconds * 1000).toISOString();
      return { status: 200, body: { data: { ...shown(job), url, url_expires_at: expiresAt } } };
    },
  });
}

const csvHeaders = {
  "content-type": "text/csv; charset=utf-8",
  "content-disposition": 'attachment; filename="suppressions.csv"',
};

function shown(job: ListExport): z.infer<typeof exportSchema> {
  return {
    id: job.id,
    status: job.status,
    created_at: new Date(job.createdAt).toISOString(),
    finished_at: job.finishedAt === undefined ? null : new Date(job.finishedAt).toISOString(),
    rows: job.rows,
    url: null,
    url_expires_at: null,
  };
}
