import { batchGet } from "../platform/batch-get.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import { counterChanges } from "./counters.ts";
import { type Change, eventWrite, rowWrite } from "./event-writes.ts";
import { type LogTables, type LogWrite, writeAll } from "./log-write-store.ts";
import type { MessageId, MessageRow } from "./message.ts";
import { keyOf, rowOf } from "./row-store.ts";

/** What follows a change of a message that lies in a packed block already. */
export interface Deltas {
  /** @returns the write that joins the transaction in which the message's row becomes `after`, if any */
  deltaFor(after: MessageRow): Promise<TransactionWrite | undefined>;
}

export interface EventStoreDeps extends LogTables {
  readonly messagesTable: string;
  readonly deltas?: Deltas;
}

/** A change with the writes that it takes, apart from those to the counters, which several changes share. */
export interface PreparedChange extends Change, LogWrite {}

export type EventStore = ReturnType<typeof eventStore>;

/** Events of messages, the rows that they change, and the counters, all changing together. */
export function eventStore(deps: EventStoreDeps) {
  return {
    /** The rows of messages, read consistently, by message id; a message without a row is missing. */
    rowsOf: (ids: readonly MessageId[]) => rowsOf(deps, ids),

    /** A change made ready to be written together with others of its account. */
    prepare: (change: Change) => prepare(deps, change),

    /**
     * Writes changes of one account, all of them or none.
     *
     * @returns undefined when they are written; else which of their events were recorded by somebody before, and
     * that the rows are to be read again
     */
    write: (changes: readonly PreparedChange[]) => write(deps, changes),
  };
}

async function rowsOf(
  { client, messagesTable }: EventStoreDeps,
  ids: readonly MessageId[],
): Promise<Map<string, MessageRow>> {
  const items = await batchGet({ client, table: messagesTable }, { keys: ids.map(keyOf) });
  return new Map(items.map(rowOf).map((row) => [row.messageId, row]));
}

async function prepare({ messagesTable, deltas }: EventStoreDeps, change: Change): Promise<PreparedChange> {
  const { before, after, events } = change;
  const delta = await deltas?.deltaFor(after);
  return {
    ...change,
    accountId: after.accountId,
    // The order is what `write` reads refusals by: the row, its events, what else there is.
    writes: [
      rowWrite(messagesTable, change),
      ...events.map((event) => eventWrite(messagesTable, event, after.expiresAt)),
      ...(delta ? [delta] : []),
    ],
    counters: counterChanges(before, after),
  };
}

async function write(
  deps: EventStoreDeps,
  changes: readonly PreparedChange[],
): Promise<ReadonlySet<string> | undefined> {
  const refusals = await writeAll(deps, changes);
  return refusals && knownAmong(changes, refusals);
}

/** The events whose own write was refused: they are recorded. */
function knownAmong(changes: readonly PreparedChange[], refusals: readonly unknown[]): ReadonlySet<string> {
  const idsByPlace = changes.flatMap(({ writes, events }) => {
    const ids = [undefined, ...events.map(({ eventId }) => eventId)];
    return writes.map((_, place) => ids[place]);
  });
  return new Set(
    idsByPlace.filter((id, place): id is string => id !== undefined && refusals[place] !== undefined),
  );
}
