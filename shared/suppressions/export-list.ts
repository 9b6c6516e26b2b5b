import type { Clock } from "../platform/clock.ts";
import { csvOf } from "./csv-suppressions.ts";
import type { ListExport } from "./list-export.ts";
import { type ListFileClient, LostUpload } from "./list-file-client.ts";
import type { Suppression } from "./suppression.ts";
import type { SuppressionStore } from "./suppression-store.ts";
import type { ExportStore, Kept } from "./transfer-store.ts";

export interface ExportDeps {
  readonly exports: ExportStore;
  readonly files: Pick<ListFileClient, "begin" | "part" | "complete">;
  readonly suppressions: Pick<SuppressionStore, "list">;
  readonly clock: Clock;
}

const rowsPerRead = 500;
/** S3 takes no smaller part before the last. */
const partBytes = 6 * 1024 * 1024;

interface Part {
  readonly text: string;
  readonly rows: number;
  readonly lastId: string | undefined;
  readonly isLast: boolean;
}

/**
 * Goes on with an export from its last part, newest rows first: what is added to the list meanwhile is not in the
 * file. A part that was put before its process died is put again, in its place.
 *
 * @param until epoch ms after which no other part begins
 * @returns `more` where the time was too short; `done` too where another process does it
 */
export async function exportList(
  deps: ExportDeps,
  { accountId, id }: { readonly accountId: number; readonly id: string },
  until: number,
): Promise<"done" | "more"> {
  let kept: Kept<ListExport> | undefined = await deps.exports.get(accountId, id);
  while (kept && kept.row.status !== "finished") {
    const begun = await withUpload(deps, kept);
    kept = begun && (await addPart(deps, begun).catch((error) => fromTheStart(deps, begun, error)));
    if (deps.clock.now() >= until) return kept?.row.status === "finished" ? "done" : "more";
  }
  return "done";
}

type Begun = Kept<ListExport & { readonly uploadId: string }>;

async function withUpload(
  { exports, files }: ExportDeps,
  { row, version }: Kept<ListExport>,
): Promise<Begun | undefined> {
  if (row.uploadId !== undefined) return { row: { ...row, uploadId: row.uploadId }, version };
  const uploadId = await files.begin(row.key);
  const changed = await exports.change({ row, version }, { uploadId, status: "running" });
  return changed && { row: { ...changed.row, uploadId }, version: changed.version };
}

async function addPart(deps: ExportDeps, kept: Begun): Promise<Kept<ListExport> | undefined> {
  const { exports, files, clock } = deps;
  const { key, uploadId, parts } = kept.row;
  const part = await nextPart(deps, kept.row);
  const tag = await files.part(key, { id: uploadId, part: parts.length + 1 }, Buffer.from(part.text));
  const tags = [...parts, tag];
  if (part.isLast) await files.complete(key, uploadId, tags);
  return exports.change(kept, {
    parts: tags,
    rows: kept.row.rows + part.rows,
    lastId: part.lastId,
    ...(part.isLast && { status: "finished" as const, finishedAt: clock.now() }),
  });
}

/** An upload that is not what it was is done again: which of its parts came is not known any more. */
function fromTheStart({ exports }: ExportDeps, kept: Begun, error: unknown) {
  if (!(error instanceof LostUpload)) throw error;
  return exports.change(kept, { uploadId: undefined, parts: [], rows: 0, lastId: undefined });
}

async function nextPart({ suppressions }: ExportDeps, job: ListExport): Promise<Part> {
  const { accountId, domainIds } = job;
  let text = job.parts.length === 0 ? csvOf([], { heading: true }) : "";
  let { lastId } = job;
  let rows = 0;
  while (true) {
    const found: Suppression[] = await suppressions.list({
      accountId,
      domainIds,
      lastId,
      limit: rowsPerRead,
    });
    text += csvOf(found, { heading: false });
    rows += found.length;
    lastId = found.at(-1)?.id ?? lastId;
    const isLast = found.length < rowsPerRead;
    if (isLast || text.length >= partBytes) return { text, rows, lastId, isLast };
  }
}
