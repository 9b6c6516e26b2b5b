import { Readable } from "node:stream";
import { type CsvError, type Info, parse } from "csv-parse";
import { UnreadableFile } from "./list-import.ts";

/** A line of a CSV file, or several where a quoted cell goes over lines. */
export interface CsvRecord extends CsvPlace {
  /** Undefined where the record cannot be read. */
  readonly cells: readonly string[] | undefined;
}

/** A place between two records. */
export interface CsvPlace {
  /** Lines so far: the number of the last one, counted from 1. */
  readonly line: number;
  readonly bytes: number;
}

export const csvStart: CsvPlace = { line: 0, bytes: 0 };

/**
 * Reads CSV as spreadsheets in any country write it: separated by commas, semicolons or tabs, with or without a
 * byte order mark, with the line ends of any system. Empty lines are passed over, and a broken record spoils
 * no other: it comes without cells.
 *
 * @param source the file's bytes from `start` on
 * @throws what the source throws, and UnreadableFile
 */
export async function* csvRecords(
  source: AsyncIterable<Uint8Array>,
  start: CsvPlace = csvStart,
): AsyncGenerator<CsvRecord> {
  const broken: CsvRecord[] = [];
  const parser = parse({
    bom: start.bytes === 0,
    info: true,
    delimiter: [",", ";", "\t"],
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => void broken.push({ ...placeOf(error, start), cells: undefined }),
  });
  const input = Readable.from(start.bytes === 0 ? inUtf8(source) : source);
  input.once("error", (error) => parser.destroy(error));
  try {
    for await (const { record, info } of input.pipe(parser) as AsyncIterable<Parsed>) {
      const place = { line: start.line + info.lines, bytes: start.bytes + info.bytes };
      // The parser is ahead of us and tells of broken records when it meets them.
      while (broken[0] !== undefined && broken[0].line < place.line) yield broken.shift() as CsvRecord;
      yield { ...place, cells: record };
    }
    yield* broken;
  } finally {
    // Who stops half-way leaves the source to be closed.
    input.destroy();
  }
}

/** A spreadsheet's "Unicode text" is UTF-16, which begins with a byte order mark of two bytes. */
async function* inUtf8(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of source) {
    const mark = isFirst ? Buffer.from(chunk.subarray(0, 2)).toString("hex") : "";
    if (mark === "fffe" || mark === "feff") throw new UnreadableFile("the file is not in UTF-8");
    isFirst = false;
    yield chunk;
  }
}

interface Parsed {
  readonly record: string[];
  readonly info: Info;
}

function placeOf(error: CsvError | undefined, start: CsvPlace): CsvPlace {
  const told = error as { lines?: number; bytes?: number } | undefined;
  return { line: start.line + (told?.lines ?? 0), bytes: start.bytes + (told?.bytes ?? 0) };
}
