import { firstIdAt, type LogEntry } from "./log-entry.ts";
import { dayOfMessage, type PackingState } from "./log-keys.ts";
import type { WorkListEntry } from "./log-packing-store.ts";
import { type PackDayDeps, packDay } from "./pack-day.ts";

/** From so many rows on an account is packed: fewer are read in a moment. */
const worthPacking = 2_000;
/** From so many on, rows are packed while events still come often, because reading them takes too long. */
const tooManyRows = 10_000;
/** So old are messages before they are packed: most of what happens to them has happened. */
const restMs = 60 * 60_000;
const shortRestMs = 10 * 60_000;
/** From so many on, deltas are put into their blocks. */
const worthFolding = 1_000;
/**
 * How long after an announcement messages are packed. Recorders believe what they knew for a minute; what they
 * wrote without knowing of the announcement must be in the rows when these are read.
 */
export const announcementMs = 5 * 60_000;
/** Rows that are in memory before they become a block. */
const rowsAtOnce = 50_000;

/** What of an account's log was packed: how many rows went into blocks, and how many deltas. */
export interface Packed {
  readonly rows: number;
  readonly deltas: number;
}

/** Packs the logs of those accounts that have much that is not packed. @returns failures, after all others */
export async function packLogs(
  deps: PackDayDeps,
  { hasTime }: { hasTime: () => boolean },
): Promise<Packed & { failures: { accountId: number; error: unknown }[] }> {
  const done = { rows: 0, deltas: 0 };
  const failures: { accountId: number; error: unknown }[] = [];
  for (const due of await deps.packing.workList()) {
    if (!hasTime()) break;
    try {
      const { rows, deltas } = await packLog(deps, due, { hasTime });
      done.rows += rows;
      done.deltas += deltas;
    } catch (error) {
      failures.push({ accountId: due.accountId, error });
    }
  }
  return { ...done, failures };
}

/** One round for one account: packs what was announced, announces what is to be packed next, folds deltas. */
export async function packLog(
  deps: PackDayDeps,
  { accountId, rows, deltas }: WorkListEntry,
  { hasTime }: { hasTime: () => boolean },
): Promise<Packed> {
  const now = deps.clock.now();
  const state = await deps.index.packingState(accountId);
  if (state.announced > state.packedThrough) {
    if (now < state.announcedAt + announcementMs) return { rows: 0, deltas: 0 };
    return { rows: await packRows(deps, accountId, state, hasTime), deltas: 0 };
  }
  if (rows >= worthPacking) await announce(deps, accountId, state, rows);
  return { rows: 0, deltas: deltas >= worthFolding ? await fold(deps, accountId, state) : 0 };
}

async function announce(
  { packing, clock }: PackDayDeps,
  accountId: number,
  { announced }: PackingState,
  rows: number,
): Promise<void> {
  const now = clock.now();
  const through = firstIdAt(now - (rows >= tooManyRows ? shortRestMs : restMs));
  if (through <= announced) return;
  await packing.resetCount(accountId, "rows");
  await packing.announce(accountId, through, now);
}

async function packRows(
  deps: PackDayDeps,
  accountId: number,
  { packedThrough, announced }: PackingState,
  hasTime: () => boolean,
): Promise<number> {
  let waiting: LogEntry[] = [];
  let packed = 0;
  const pack = async (entries: readonly LogEntry[]) => {
    for (const [day, its] of Map.groupBy(entries, ({ messageId }) => dayOfMessage(messageId))) {
      await packDay(deps, accountId, day, its);
    }
    packed += entries.length;
  };
  const range = { first: packedThrough && `${packedThrough}-`, last: announced };
  for await (const entries of deps.index.entries(accountId, { ...range, first: range.first || "0" })) {
    waiting.push(...entries);
    if (waiting.length < rowsAtOnce) continue;
    await pack(waiting);
    const last = waiting.at(-1)?.messageId;
    waiting = [];
    if (last !== undefined) await deps.packing.setPackedThrough(accountId, last);
    if (!hasTime()) return packed;
  }
  await pack(waiting);
  await deps.packing.setPackedThrough(accountId, announced);
  return packed;
}

/** Puts into blocks what became of their messages since. */
async function fold(deps: PackDayDeps, accountId: number, { packedThrough }: PackingState): Promise<number> {
  await deps.packing.resetCount(accountId, "deltas");
  const all = await deps.index.deltas(accountId, "", "9");
  const changes = all.filter(({ entry }) => entry.messageId <= packedThrough);
  for (const [day, its] of Map.groupBy(changes, ({ entry }) => dayOfMessage(entry.messageId))) {
    const entries = its.map(({ entry }) => entry);
    await packDay(deps, accountId, day, entries);
    await deps.packing.deleteDeltas(accountId, its);
  }
  return changes.length;
}
