import { type CopyDays, copyDays, copyFolder } from "../contracts/sent-copies.ts";

/** Where the copy of a message lies, among its account's. */
export interface CopyPlace {
  readonly days: number;
  /** Of base64url. */
  readonly objectId: string;
  /** Its part of an object of many copies, compressed (zstd); without it the object is the message, as it is. */
  readonly range?: CopyRange | undefined;
}

export interface CopyRange {
  readonly offset: number;
  readonly length: number;
}

/** How long copies are kept for a plan that shows so many days besides today. */
export function daysOfCopies(logDays: number): CopyDays {
  return copyDays.find((days) => days > logDays) ?? 31;
}

/** A place as a message's row has it: each of its bytes is paid for with every write of the row. */
export function copyText({ days, objectId, range }: CopyPlace): string {
  return [days, objectId, ...(range ? [range.offset, range.length] : [])].join("/");
}

/** @returns undefined for a text that is no place */
export function copyPlace(text: string): CopyPlace | undefined {
  const [, days, objectId = "", offset, length] = /^(\d+)\/([\w-]+)(?:\/(\d+)\/(\d+))?$/.exec(text) ?? [];
  if (days === undefined) return undefined;
  const range = length === undefined ? undefined : { offset: Number(offset), length: Number(length) };
  return { days: Number(days), objectId, range };
}

/** The key begins with the account, which comes from who asks: no row can lead to another account's object. */
export function copyKey(accountId: number, { days, objectId }: Pick<CopyPlace, "days" | "objectId">): string {
  return `${copyFolder(days)}${accountId}/${objectId}`;
}
