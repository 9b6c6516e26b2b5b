import { accountPartition } from "../platform/account-partition.ts";
import { timeOfId } from "../platform/ids.ts";
import type { BlockDescription } from "./log-block.ts";
import type { LogEntry } from "./log-entry.ts";

export const dayMs = 24 * 3_600_000;

/** How far an account's log is packed. Ids are message ids; "" where nothing is. */
export interface PackingState {
  /** Changes of messages up to this one are also written as deltas. */
  readonly announced: string;
  /** Epoch ms of the announcement. */
  readonly announcedAt: number;
  /** Messages up to this one are in blocks. Never beyond `announced`. */
  readonly packedThrough: string;
}

/** The blocks of one UTC day, smallest ids first. */
export interface DayBlocks {
  readonly blocks: readonly BlockDescription[];
  /** Grows with every change. */
  readonly version: number;
  /** Objects that no block names any more, and since when (epoch ms). */
  readonly superseded: readonly { readonly key: string; readonly at: number }[];
}

/** What has become of a packed message since. */
export interface Delta {
  readonly entry: LogEntry;
  /** The row's count of recordings that the entry shows. */
  readonly recorded: number;
}

export const noPacking: PackingState = { announced: "", announcedAt: 0, packedThrough: "" };
export const noBlocks: DayBlocks = { blocks: [], version: 0, superseded: [] };

/** The UTC day of a message by its id, as 2026-11-23. */
export function dayOfMessage(messageId: string): string {
  return new Date(timeOfId(messageId)).toISOString().slice(0, 10);
}

export function packingStateKey(accountId: number) {
  return { pk: accountPartition(accountId), sk: "PACKED" };
}

export function dayBlocksKey(accountId: number, day: string) {
  return { pk: accountPartition(accountId), sk: `BLOCKS#${day}` };
}

export function deltaKey(accountId: number, messageId: string) {
  return { pk: accountPartition(accountId), sk: `DELTA#${dayOfMessage(messageId)}#${messageId}` };
}

/** The list of accounts whose log may be worth packing: one partition, an item for each. */
export const workListPartition = "PACKING";

export function workListKey(accountId: number) {
  return { pk: workListPartition, sk: accountPartition(accountId) };
}
