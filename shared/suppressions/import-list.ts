import type { Clock } from "../platform/clock.ts";
import { messageIdAt } from "../platform/ids.ts";
import { type AddressCell, addressIn, headingColumn } from "./csv-addresses.ts";
import { type CsvPlace, type CsvRecord, csvRecords } from "./csv-records.ts";
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

/** So many addresses are done with, or not, at a time. */
const addressesPerStep = 500;
/** Lines that are bad cost nothing but the note of how far the import is, which grows with them. */
const linesPerStep = 10_000;

/** One address of a step, for one domain or for all, with the id of the entry that this very line makes. */
type Wish = NewSuppression & { readonly id: string };

const unreadable = { reason: "cannot be read as CSV" };

/** A record, and what stands in it; nothing in a heading. */
interface Line extends CsvPlace {
  readonly column: number;
  readonly cell: AddressCell | undefined;
}

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
  const records = csvRecords(deps.files.read(kept.row.key, place.bytes), place);
  for await (const lines of stepsOf(linesOf(records, kept.row.column))) {
    const step = stepOf(kept.row, lines);
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

/** @param known the column of the addresses, if the first record was read before */
async function* linesOf(records: AsyncIterable<CsvRecord>, known: number | undefined): AsyncGenerator<Line> {
  let column = known;
  for await (const { line, bytes, cells } of records) {
    const heading = column === undefined ? headingColumn(cells ?? []) : undefined;
    column ??= heading ?? 0;
    const cell = cells === undefined ? unreadable : addressIn(cells, column);
    yield { line, bytes, column, cell: heading === undefined ? cell : undefined };
  }
}

async function* stepsOf(lines: AsyncIterable<Line>): AsyncGenerator<Line[]> {
  let step: Line[] = [];
  let addresses = 0;
  for await (const line of lines) {
    step.push(line);
    if (line.cell !== undefined && "email" in line.cell) addresses += 1;
    if (addresses < addressesPerStep && step.length < linesPerStep) continue;
    yield step;
    step = [];
    addresses = 0;
  }
  if (step.length > 0) yield step;
}

function stepOf(job: ListImport, lines: readonly Line[]): Step {
  const wishes = lines.flatMap(({ line, cell }) =>
    cell && "email" in cell ? wishesFor(job, line, cell.email) : [],
  );
  const bad = lines.flatMap(({ line, cell }) =>
    cell && "reason" in cell ? [{ line, reason: cell.reason }] : [],
  );
  const { line: linesRead, bytes: bytesRead, column } = lines.at(-1) as Line;
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
