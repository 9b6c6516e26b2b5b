import type { Clock } from "../platform/clock.ts";
import { newId } from "../platform/ids.ts";
import { type BlockDescription, blockEntries, decodeBlock, encodeBlock } from "./log-block.ts";
import type { LogBlockClient } from "./log-block-client.ts";
import type { LogEntry } from "./log-entry.ts";
import type { LogIndexStore } from "./log-index-store.ts";
import { noBlocks } from "./log-keys.ts";
import type { LogPackingStore } from "./log-packing-store.ts";

export interface PackDayDeps {
  readonly index: LogIndexStore;
  readonly packing: LogPackingStore;
  readonly blocks: LogBlockClient;
  readonly clock: Clock;
}

/**
 * New messages are written together with the blocks before them that are not so many times as large: a day has
 * few blocks, and no message is written more often than the logarithm of their number.
 */
const growth = 4;
/** A reader that has just learnt of an object is done with it by then. */
const readersMs = 15 * 60_000;

/** What becomes one block: those that are written again (perhaps none), and what they do not have yet. */
interface Change {
  readonly old: readonly BlockDescription[];
  readonly entries: readonly LogEntry[];
}

/**
 * Puts messages of a day into its blocks: in the place of what these have of the same messages, between them
 * where they are new. Doing it again changes nothing.
 *
 * @param entries in the order of their ids
 */
export async function packDay(
  deps: PackDayDeps,
  accountId: number,
  day: string,
  entries: readonly LogEntry[],
): Promise<void> {
  const seen = (await deps.index.blocks(accountId, day, day)).get(day) ?? noBlocks;
  const changes = changesOf(seen.blocks, entries);
  const written: BlockDescription[] = [];
  for (const change of changes) {
    written.push(...(await write(deps, `accounts/${accountId}/${day}`, change)));
  }
  const changed = new Set(changes.flatMap(({ old }) => old));
  const now = deps.clock.now();
  const replaced = seen.blocks.filter((block) => changed.has(block)).map(({ key }) => ({ key, at: now }));
  const stale = seen.superseded.filter(({ at }) => at <= now - readersMs);
  const isSaved = await deps.packing.saveDay(accountId, day, {
    version: seen.version,
    blocks: [...seen.blocks.filter((block) => !changed.has(block)), ...written].sort(byFirstId),
    superseded: [...seen.superseded.filter((one) => !stale.includes(one)), ...replaced],
  });
  if (!isSaved) throw new Error(`${day} of account ${accountId} was packed by somebody else`);
  await deps.blocks.remove(stale.map(({ key }) => key));
}

/** Each message belongs to the last block that begins before it; what follows all blocks, behind them. */
function changesOf(blocks: readonly BlockDescription[], entries: readonly LogEntry[]): Change[] {
  const end = blocks.at(-1)?.last ?? "";
  const joined = joinedBy(blocks, entries.filter(({ messageId }) => messageId > end).length);
  const byBlock = Map.groupBy(entries, ({ messageId }) => {
    const block = blocks.findLast(({ first }) => first <= messageId) ?? blocks[0];
    return messageId > end || block === undefined || joined.includes(block) ? undefined : block;
  });
  return [...byBlock].map(([block, its]) => ({ old: block ? [block] : joined, entries: its }));
}

/** The blocks at the end that are written again when so many messages come behind them. */
function joinedBy(blocks: readonly BlockDescription[], added: number): BlockDescription[] {
  const joined: BlockDescription[] = [];
  let size = added;
  for (const block of blocks.toReversed()) {
    if (added === 0 || block.count >= growth * size || block.count + size > blockEntries) break;
    joined.unshift(block);
    size += block.count;
  }
  return joined;
}

async function write({ blocks, clock }: PackDayDeps, folder: string, { old, entries }: Change) {
  const all = old.length > 0 ? await merged(blocks, old, entries) : entries;
  const written: BlockDescription[] = [];
  for (let start = 0; start < all.length; start += blockEntries) {
    const { body, description } = await encodeBlock(all.slice(start, start + blockEntries));
    const key = `${folder}/${newId(clock.now())}`;
    await blocks.put(key, body);
    written.push({ key, ...description });
  }
  return written;
}

async function merged(
  blocks: LogBlockClient,
  old: readonly BlockDescription[],
  entries: readonly LogEntry[],
): Promise<LogEntry[]> {
  const before = await Promise.all(
    old.map(async (block) => await decodeBlock(await blocks.whole(block.key), block)),
  );
  const byId = new Map([...before.flat(), ...entries].map((entry) => [entry.messageId, entry]));
  return [...byId.values()].sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
}

function byFirstId(a: BlockDescription, b: BlockDescription): number {
  return a.first < b.first ? -1 : 1;
}
