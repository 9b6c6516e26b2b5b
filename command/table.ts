import stringWidth from "string-width";
import { oneLine } from "./plain-text.ts";

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | undefined;
  /** Numbers stand to the right. */
  readonly align?: "right";
  /** Where there is no room, this column is cut; what is to be copied never is. */
  readonly shrinks?: boolean;
}

const gap = 2;
const narrowest = 8;

/**
 * Rows under titles, as text.
 *
 * @param columns columns of the terminal; undefined cuts nothing
 */
export function tableOf<Row>(
  rows: readonly Row[],
  shape: readonly Column<Row>[],
  columns: number | undefined,
): string {
  const cells = rows.map((row) => shape.map(({ value }) => oneLine(String(value(row) ?? "–"))));
  const titles = shape.map(({ title }) => title);
  const widths = fitted(shape, [titles, ...cells], columns);
  return [titles, ...cells].map((line) => lineOf(line, shape, widths)).join("\n");
}

/** Names before their values, one a line. */
export function listOf(
  entries: readonly (readonly [name: string, value: string | number | undefined])[],
): string {
  const known = entries.filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([name]) => stringWidth(name)));
  return known.map(([name, value]) => `${padded(name, width)}  ${oneLine(String(value))}`).join("\n");
}

function fitted<Row>(
  shape: readonly Column<Row>[],
  lines: readonly string[][],
  columns: number | undefined,
): number[] {
  const widths = shape.map((_, place) => Math.max(...lines.map((line) => stringWidth(line[place] ?? ""))));
  if (columns === undefined) return widths;
  for (;;) {
    const total = widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
    const widest = widestThatShrinks(shape, widths);
    if (total <= columns || widest === undefined) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function widestThatShrinks<Row>(
  shape: readonly Column<Row>[],
  widths: readonly number[],
): number | undefined {
  const places = shape.flatMap(({ shrinks }, place) =>
    shrinks === true && (widths[place] ?? 0) > narrowest ? [place] : [],
  );
  return places.toSorted((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0))[0];
}

function lineOf<Row>(
  line: readonly string[],
  shape: readonly Column<Row>[],
  widths: readonly number[],
): string {
  const cells = line.map((cell, place) => {
    const width = widths[place] ?? 0;
    const text = cut(cell, width);
    return shape[place]?.align === "right"
      ? " ".repeat(width - stringWidth(text)) + text
      : padded(text, width);
  });
  return cells.join(" ".repeat(gap)).trimEnd();
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Sentences that are longer than the terminal's lines, broken between words; other lines as they are. */
export function brokenLines(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split("\n")
    .map((line) => (stringWidth(line) <= columns ? line : wrapped(line, columns, "")))
    .join("\n");
}

/**
 * Text broken between words.
 *
 * @param indent what stands before every line; before the first it stands already
 */
export function wrapped(text: string, columns: number | undefined, indent: string): string {
  if (columns === undefined) return text;
  const room = Math.max(narrowest, columns - stringWidth(indent));
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && stringWidth(`${line} ${word}`) <= room)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${indent}`);
}
