import type { Scope } from "./suppression.ts";

/** `uploading`: its file is awaited. `failed`: the file as a whole cannot be read, or never came. */
export type ImportStatus = "uploading" | "waiting" | "running" | "finished" | "failed";

export interface BadLine {
  readonly line: number;
  readonly reason: string;
}

/** How far an import is. What it says is exact at any moment, even after a crash. */
export interface ImportProgress {
  /** Lines that are done with; a repeat goes on after them. */
  readonly linesRead: number;
  /** The bytes of these lines. */
  readonly bytesRead: number;
  /** Column of the addresses, once the first record was read. */
  readonly column?: number | undefined;
  /** Entries made: an address in several domains counts for each of them. */
  readonly added: number;
  /** Entries that were there already, and those that were taken away since the import began. */
  readonly listed: number;
  readonly bad: number;
  /** The first of them. */
  readonly badLines: readonly BadLine[];
}

export interface ListImport extends ImportProgress {
  /** UUID v7. */
  readonly id: string;
  readonly accountId: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly status: ImportStatus;
  /** The entries that it makes are for these domains; null for all, present and future. */
  readonly domains: readonly { readonly id: number; readonly name: string }[] | null;
  readonly stream: Scope["stream"];
  /** Where its file is in the payload bucket. */
  readonly key: string;
  readonly finishedAt?: number | undefined;
  readonly failure?: string | undefined;
}

/** Each domain makes an entry of its own for each address, in one transaction with the others. */
export const domainsPerImport = 50;

/** The largest file. */
export const importBytes = 25 * 1024 * 1024;

/** Who has more mistakes in a file than this makes a new file rather than read on. */
export const badLinesShown = 1_000;

export const noProgress: ImportProgress = {
  linesRead: 0,
  bytesRead: 0,
  added: 0,
  listed: 0,
  bad: 0,
  badLines: [],
};

/** A file that no repeat can read; its message is for the customer. */
export class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
}
