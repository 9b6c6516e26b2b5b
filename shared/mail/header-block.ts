import type { MessageSource } from "./message-source.ts";

/** A header field as it stands in the message: folding included, one character per byte (latin1). */
export interface HeaderLine {
  /** Lower case. */
  readonly name: string;
  readonly line: string;
}

/**
 * Where the body begins: after the first empty line. A message without one is all header.
 *
 * @param start of the message or part
 * @param end the first byte that is not part of it
 */
export async function bodyStartOf(source: MessageSource, start: number, end: number): Promise<number> {
  const first = (await source.slice(start, Math.min(start + 2, end))).toString("latin1");
  if (first.startsWith("\n")) return start + 1;
  if (first === "\r\n") return start + 2;
  const withCr = await source.indexOf(Buffer.from("\n\r\n"), start, end);
  const without = await source.indexOf(Buffer.from("\n\n"), start, withCr < 0 ? end : withCr);
  if (without >= 0) return without + 2;
  return withCr < 0 ? end : withCr + 3;
}

/** The fields of a header block; lines that are none are left out. */
export function fieldsOf(head: Buffer): HeaderLine[] {
  return head
    .toString("latin1")
    .split(/\r?\n(?![ \t])/)
    .map((line) => ({ name: /^([!-9;-~]+)[ \t]*:/.exec(line)?.[1]?.toLowerCase() ?? "", line }))
    .filter(({ name }) => name !== "");
}

/** The one field of this name, unfolded and trimmed; undefined where it is missing, or there are several. */
export function soleValue(fields: readonly HeaderLine[], name: string): string | undefined {
  const [field, another] = fields.filter((candidate) => candidate.name === name);
  if (field === undefined || another !== undefined) return undefined;
  return field.line
    .slice(field.line.indexOf(":") + 1)
    .replace(/\r?\n/g, "")
    .trim();
}
