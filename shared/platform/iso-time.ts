import * as z from "zod";

const dayMs = 24 * 3_600_000;
const isoTime = z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()]);

/**
 * Reads an ISO 8601 date or time as clients write it into a query string: a plus sign that they did not escape
 * arrives as a space. In UTC unless it says otherwise, wherever this runs.
 *
 * @returns epoch ms, of a date its first; undefined for what is neither
 */
export function timeIn(text: string): number | undefined {
  const written = text
    .replace(/^(\d{4}-\d{2}-\d{2}) /, "$1T")
    .replace(" ", "+")
    .replace(/^(.{10}T.*[+-]\d{2})(\d{2})$/, "$1:$2");
  const { data } = isoTime.safeParse(written);
  if (data === undefined) return undefined;
  const isLocal = data.includes("T") && !/(Z|[+-]\d{2}:\d{2})$/.test(data);
  return Date.parse(isLocal ? `${data}Z` : data);
}

/** The last millisecond of the day or second that a text names, so that what happened in it is not left out. */
export function endOfTimeIn(text: string): number | undefined {
  const start = timeIn(text);
  if (start === undefined) return undefined;
  if (text.length === "2026-11-23".length) return start + dayMs - 1;
  return /:\d{2}\.\d/.test(text) ? start : start + 999;
}
