import { firstIdAt, type LogEntry } from "./log-entry.ts";
import { type Delta, dayOfMessage, type PackingState } from "./log-keys.ts";
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
/** After so long somebody else of the work list is the first, so that nobody's log takes all the time there is. */
const turnMs = 5 * 60_000;

/** What of an account's log was packed: how many rows went into blocks, and how many deltas. */
export interface Packed {
  readonly rows: number;
  readonly deltas: number;
}

const nothing: Packed = { rows: 0, deltas: 0 };

/** Packs the logs of those accounts that have much that is not packed. @returns failures, after all others */
export async function packLogs(
  deps: PackDayDeps,
  { hasTime }: { hasTime: () => boolean },
): Promise<Packed & { failures: { accountId: number; error: unknown }[] }> {
  const done = { rows: 0, deltas: 0 };
  const failures: { accountId: number; error: unknown }[] = [];
  for (const due of inTurn(await deps.packing.workList(), deps.clock.now())) {
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

function inTurn<T>(all: readonly T[], now: number): T[] {
  const first = Math.floor(now / turnMs) % Math.max(1, all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}

/** One round for one account: packs what was announced, announces what is to be packed next, folds deltas. */
export async function packLog(
  deps: PackDayDeps,
  due: WorkListEntry,
  { hasTime }: { hasTime: () => boolean },
): Promise<Packed> {
  const { accountId, rows, deltas } = due;
  if (rows < worthPacking && deltas < worthFolding) return nothing;
  const now = deps.clock.now();
  const state = await deps.index.packingState(accountId);
  if (state.announced > state.packedThrough) {
    if (now < state.announcedAt + announcementMs) return nothing;
    return { rows: await packRows(deps, due, state, hasTime), deltas: 0 };
  }
  if (rows >= worthPacking) await announce(deps, due, state);
  return { rows: 0, deltas: deltas >= worthFolding ? await fold(deps, due, state, hasTime) : 0 };
}

async function announce(
  { packing, clock }: PackDayDeps,
  { accountId, rows }: WorkListEntry,
  { announced }: PackingState,
): Promise<void> {
  const now = clock.now();
  const through = firstIdAt(now - (rows >= tooManyRows ? shortRestMs : restMs));
  if (through > announced) await packing.announce(accountId, through, now);
}

async function packRows(
  deps: PackDayDeps,
  due: WorkListEntry,
  { packedThrough, announced }: PackingState,
  hasTime: () => boolean,
): Promise<number> {
  const { accountId } = due;
  let waiting: LogEntry[] = [];
  let packed = 0;
  // Before the rows, so that each row says what its delta here says, or more.
  const early = await earlyDeltas(deps, accountId, { packedThrough, announced });
  const pack = async (through: string) => {
    for (const [day, its] of Map.groupBy(waiting, ({ messageId }) => dayOfMessage(messageId))) {
      await packDay(deps, accountId, day, its);
    }
    const overtaken = early.filter(({ entry }) => entry.messageId <= through);
    await deps.packing.deleteDeltas(accountId, overtaken);
    await deps.packing.setPackedThrough(accountId, through);
    packed += waiting.length;
    waiting = [];
  };
  // "-" follows none of an id's characters, and so this is the next key there can be.
  const first = packedThrough === "" ? "0" : `${packedThrough}-`;
  for await (const entries of deps.index.entries(accountId, { first, last: announced })) {
    waiting.push(...entries);
    const last = waiting.at(-1)?.messageId;
    if (last === undefined || waiting.length < rowsAtOnce) continue;
    await pack(last);
    if (!hasTime()) return packed;
  }
  await pack(announced);
  const unpacked = { first: announced, last: firstIdAt(deps.clock.now()) };
  const left = await deps.index.count(accountId, unpacked, tooManyRows);
  await deps.packing.recount(accountId, "rows", { was: due.rows, is: left });
  return packed;
}

/**
 * Deltas of messages that are not packed yet, from recorders that had heard of the announcement. Others had not, and
 * may have recorded more of the same message after that, without a delta: once the rows are in blocks, these say it all.
 */
async function earlyDeltas(
  { index }: PackDayDeps,
  accountId: number,
  { packedThrough, announced }: Pick<PackingState, "packedThrough" | "announced">,
): Promise<Delta[]> {
  const firstDay = packedThrough === "" ? "" : dayOfMessage(packedThrough);
  const deltas = await index.deltas(accountId, firstDay, dayOfMessage(announced));
  return deltas.filter(({ entry }) => entry.messageId > packedThrough);
}

/** Puts into blocks what became of their messages since; the days with most of that first, if there is not time for all. */
async function fold(
  deps: PackDayDeps,
  due: WorkListEntry,
  { packedThrough }: PackingState,
  hasTime: () => boolean,
): Promise<number> {
  const { accountId } = due;
  const all = await deps.index.deltas(accountId, "", "9");
  const changes = all.filter(({ entry }) => entry.messageId <= packedThrough);
  const days = [...Map.groupBy(changes, ({ entry }) => dayOfMessage(entry.messageId))];
  let folded = 0;
  for (const [day, its] of days.sort(([, a], [, b]) => b.length - a.length)) {
    if (!hasTime()) break;
    const entries = its.map(({ entry }) => entry);
    await packDay(deps, accountId, day, entries);
    await deps.packing.deleteDeltas(accountId, its);
    folded += its.length;
  }
  await deps.packing.recount(accountId, "deltas", { was: due.deltas, is: changes.length - folded });
  return folded;
}
