import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvRecord, csvRecords } from "./csv-records.ts";

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const allOf = (records: AsyncIterable<CsvRecord>): Promise<CsvRecord[]> => Readable.from(records).toArray();

const read = (text: string, size = 7): Promise<CsvRecord[]> =>
  allOf(csvRecords(inChunks(Buffer.from(text), size)));
const shown = (records: CsvRecord[]) => records.map(({ line, cells }) => [line, ...(cells ?? ["?"])]);

describe("a CSV file", () => {
  it.each([
    [
      "lines",
      "a\nb\n",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "Windows' line ends",
      "a\r\nb",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "old line ends",
      "a\rb",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "mixed line ends",
      "a\r\nb\nc\rd",
      [
        [1, "a"],
        [2, "b"],
        [3, "c"],
        [4, "d"],
      ],
    ],
    [
      "empty lines",
      "\n\na\n\n\nb\n",
      [
        [3, "a"],
        [6, "b"],
      ],
    ],
    [
      "a byte order mark",
      "\ufeffa\nb",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "commas, semicolons, tabs",
      "a,b\na;b\na\tb",
      [
        [1, "a", "b"],
        [2, "a", "b"],
        [3, "a", "b"],
      ],
    ],
    [
      "quotes",
      '"a ""x"" b"\nb',
      [
        [1, 'a "x" b'],
        [2, "b"],
      ],
    ],
    [
      "cells over lines",
      '"a\nb"\nc',
      [
        [2, "a\nb"],
        [3, "c"],
      ],
    ],
    [
      "lines of any length",
      "a\nb,c,d\ne",
      [
        [1, "a"],
        [2, "b", "c", "d"],
        [3, "e"],
      ],
    ],
    [
      "quotes inside of cells",
      'a "x"\nb',
      [
        [1, 'a "x"'],
        [2, "b"],
      ],
    ],
    [
      "a quote that is never closed",
      'a\n"b\nc',
      [
        [1, "a"],
        [3, "?"],
      ],
    ],
    ["nothing", "", []],
  ])("may have %s", async (_, text, records) => {
    for (const size of [1, 3, 1_000]) expect(shown(await read(text, size))).toEqual(records);
  });

  it("goes wrong at a broken record only", async () => {
    const records = await read('a\n"b" x\nc\nd');
    expect(shown(records).map(([line]) => line)).toEqual([1, 2, 3, 4]);
    expect(shown(records).slice(2)).toEqual([
      [3, "c"],
      [4, "d"],
    ]);
  });

  it("is read on from any place between two records", async () => {
    const cell = fc.stringMatching(/^[a-z@. "é,\n]{1,8}$/);
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const end = fc.constantFrom("\n", "\r\n", "\n\n");
    const mark = fc.constantFrom("", "\ufeff");
    const files = fc.record({ mark, lines: fc.array(fc.tuple(cell, end), { minLength: 1, maxLength: 12 }) });
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), async ({ mark: begin, lines }, pick) => {
        const bytes = Buffer.from(begin + lines.map(([text, ending]) => quoted(text) + ending).join(""));
        const all = await allOf(csvRecords(inChunks(bytes, 5)));
        expect(all.map(({ cells }) => cells)).toEqual(lines.map(([text]) => [text]));
        const place = all[pick % all.length] as CsvRecord;
        const rest = await allOf(csvRecords(inChunks(bytes.subarray(place.bytes), 5), place));
        expect(rest).toEqual(all.filter(({ line }) => line > place.line));
      }),
      { numRuns: 200 },
    );
  });

  it.each([["fffe6100"], ["feff0061"]])("in UTF-16 is refused: %s", async (hex) => {
    const reading = allOf(csvRecords(inChunks(Buffer.from(hex, "hex"), 100)));
    await expect(reading).rejects.toThrow("not in UTF-8");
  });

  it("that breaks off fails", async () => {
    async function* source() {
      yield Buffer.from("a\nb\n");
      throw new Error("cut off");
    }
    await expect(allOf(csvRecords(source()))).rejects.toThrow("cut off");
  });

  it("is closed by who stops reading", async () => {
    let isClosed = false;
    async function* source() {
      try {
        while (true) yield Buffer.from("a\n".repeat(1_000));
      } finally {
        isClosed = true;
      }
    }
    for await (const { line } of csvRecords(source())) if (line === 10) break;
    await expect.poll(() => isClosed).toBe(true);
  });
});
