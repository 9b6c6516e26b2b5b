import type { Clock } from "../platform/clock.ts";
import { messageIdAt } from "../platform/ids.ts";
import { addressIn, headingColumn } from "./csv-addresses.ts";
import { type CsvRecord, csvRecords } from "./csv-records.ts";
import type { ListFileClient } from "./list-file-client.ts";
import { badLinesShown, type ImportProgress, type ListImport, UnreadableFile } from "./list-import.ts";
import type { NewSuppression, PutOutcome, SuppressionStore } from "./suppression-store.ts";
import type { ImportStore, Kept } from "./transfer-store.ts";

export interface ImportDeps {
  readonly imports: ImportStore;
  readonly files: Pick<ListFileClient, "read">;
  readonly suppressions: Pick<SuppressionStore, "putMany">;
  readonly clock: Clock;
}

/** So many records are done with, or not, at a time. */
const recordsPerStep = 500;

/** One address of a step, for one domain or for all, with the id of the entry that this very line makes. */
type Wish = NewSuppression & { readonly id: string };

const unreadable = { reason: "cannot be read as CSV" };

interface Step {
  readonly wishes: readonly Wish[];
  readonly progress: Pick<ImportProgress, "linesRead" | "bytesRead" | "column" | "bad" | "badLines">;
}

/**
 * Goes on with an import from where its progress says, and writes the progress down every few hundred lines. The
 * lines of a step that died before that are done again, which changes nothing: an entry knows by its id which
 * line made it.
 *
 * @param until epoch ms after which no other step begins
 * @returns `more` where the time was too short; `done` too where there is nothing (more) to do, or where
 * another process does it
 */
export async function importList(
  deps: ImportDeps,
  { accountId, id }: { readonly accountId: number; readonly id: string },
  until: number,
): Promise<"done" | "more"> {
  const found = await deps.imports.get(accountId, id);
  if (found === undefined || !["waiting", "running"].includes(found.row.status)) return "done";
  try {
    return await goOn(deps, found, until);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    await deps.imports.change(found, {
      status: "failed",
      failure: error.message,
      finishedAt: deps.clock.now(),
    });
    return "done";
  }
}

async function goOn(deps: ImportDeps, found: Kept<ListImport>, until: number): Promise<"done" | "more"> {
  let kept = found;
  const place = { line: kept.row.linesRead, bytes: kept.row.bytesRead };
  for await (const records of stepsOf(csvRecords(deps.files.read(kept.row.key, place.bytes), place))) {
    const step = stepOf(kept.row, records);
    const outcomes = await deps.suppressions.putMany(step.wishes);
    const next = await deps.imports.change(kept, {
      status: "running",
      ...step.progress,
      ...countsOf(kept.row, step.wishes, outcomes),
    });
    if (next === undefined) return "done";
    kept = next;
    if (deps.clock.now() >= until) return "more";
  }
  await deps.imports.change(kept, { status: "finished", finishedAt: deps.clock.now() });
  return "done";
}

async function* stepsOf(records: AsyncIterable<CsvRecord>): AsyncGenerator<CsvRecord[]> {
  let step: CsvRecord[] = [];
  for await (const record of records) {
    step.push(record);
    if (step.length < recordsPerStep) continue;
    yield step;
    step = [];
  }
  if (step.length > 0) yield step;
}

function stepOf(job: ListImport, records: readonly CsvRecord[]): Step {
  const heading = job.column === undefined ? headingColumn(records[0]?.cells ?? []) : undefined;
  const column = job.column ?? heading ?? 0;
  const found = (heading === undefined ? records : records.slice(1)).map(({ line, cells }) => ({
    line,
    cell: cells === undefined ? unreadable : addressIn(cells, column),
  }));
  const wishes = found.flatMap(({ line, cell }) => ("email" in cell ? wishesFor(job, line, cell.email) : []));
  const bad = found.flatMap(({ line, cell }) => ("reason" in cell ? [{ line, reason: cell.reason }] : []));
  const { line: linesRead, bytes: bytesRead } = records.at(-1) as CsvRecord;
  const badLines = [...job.badLines, ...bad].slice(0, badLinesShown);
  return { wishes, progress: { linesRead, bytesRead, column, bad: job.bad + bad.length, badLines } };
}

function wishesFor(job: ListImport, line: number, email: string): Wish[] {
  const { accountId, stream, createdAt: happenedAt } = job;
  const domains = job.domains ?? [{ id: null, name: null }];
  const ofLine = messageIdAt(job.id, line);
  return domains.map(({ id: domainId, name: domainName }, place) => ({
    accountId,
    email,
    domainId,
    domainName,
    stream,
    type: "manual import",
    happenedAt,
    id: messageIdAt(ofLine, place),
  }));
}

/** An entry with the id of the line is that line's work, be it from this attempt or from one that died. */
function countsOf(job: ListImport, wishes: readonly Wish[], outcomes: readonly PutOutcome[]) {
  const added = wishes.filter(({ id }, place) => outcomes[place]?.id === id).length;
  return { added: job.added + added, listed: job.listed + wishes.length - added };
}
