import { stripVTControlCharacters } from "node:util";

/** Text as a terminal may show it: customers choose names, and a name must not move the cursor. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replaceAll(/[\p{Cf}]/gu, "")
    .trim();
}

export function wholeNumber(value: number): string {
  return value.toLocaleString("en-US");
}

/** As large as what stands for "no limit". */
const unlimited = 1_000_000_000_000;

export function limit(value: number): string {
  return value >= unlimited ? "no limit" : wholeNumber(value);
}

/** A number of held messages; with a plus where they are too many to be counted. */
export function heldNumber({ messages, isAll }: { messages: number; isAll: boolean }): string {
  return wholeNumber(messages) + (isAll ? "" : "+");
}

/** `$1,234.50` */
export function dollars(cents: number): string {
  return (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
}

/** `2026-11-23` */
export function day(isoTime: string): string {
  return isoTime.slice(0, 10);
}

/** `2026-11-23 09:30`, in UTC. */
export function minute(isoTime: string): string {
  return isoTime.slice(0, 16).replace("T", " ");
}
