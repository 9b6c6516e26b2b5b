import type { MessageEvent } from "../contracts/message-event.ts";
import { isInvalidWrite } from "../platform/refused-writes.ts";
import type { IncomingEvent, Recorded, RecordedEvent } from "./event.ts";
import { withEvents } from "./event-rules.ts";
import type { EventStore, PreparedChange } from "./event-store.ts";
import { writesPerTransaction } from "./log-write-store.ts";
import type { MessageRow } from "./message.ts";

/** A message's row as it was read, and events of which some may be recorded already. */
export interface News {
  readonly row: MessageRow;
  readonly events: readonly IncomingEvent[];
}

interface NewsWritten {
  readonly recorded: readonly RecordedEvent[];
  readonly failed: Recorded["failed"];
}

/** How far the recording of one message's events has come. */
interface Progress {
  readonly events: readonly IncomingEvent[];
  row: MessageRow;
  /** Not recorded, as far as is known. */
  waiting: readonly MessageEvent[];
  /** Whether the row may have changed since it was read. */
  stale: boolean;
  /** Recorded by this call. */
  readonly first: Set<MessageEvent>;
  error: unknown;
}

/** A part of a message's events, ready to be written with those of other messages. */
interface Part {
  readonly message: Progress;
  readonly change: PreparedChange;
}

/** More of one message go into the next transaction: somebody may click a hundred times in a second. */
const eventsPerPart = 40;
/** Rows are read anew after each round; whoever is refused so often meets more than chance. */
const mostRounds = 20;

/**
 * Writes what is new of one account's messages, in as few transactions as may be: one after the other, because
 * all of them count in the same few counters.
 */
export async function writeNews(store: EventStore, news: readonly News[]): Promise<NewsWritten> {
  const messages = news.map(progressOf);
  const waiting = () => messages.filter(({ waiting: left, error }) => left.length > 0 && error === undefined);
  try {
    for (let round = 1; round <= mostRounds && waiting().length > 0; round += 1) {
      if (round > 1) await readAgain(store, waiting());
      const parts = await Promise.all(waiting().map((message) => partOf(store, message)));
      for (const pack of packed(parts)) await writePack(store, pack);
    }
    giveUp(waiting(), new Error("The row changed whenever it was to be written"));
  } catch (error) {
    // Whatever stopped one transaction stops the others too: a service is down, or the process out of time.
    giveUp(waiting(), error);
  }
  return { recorded: messages.flatMap(recordedOf), failed: messages.flatMap(failedOf) };
}

function progressOf({ row, events }: News): Progress {
  const waiting = events.map(({ event }) => event);
  return { events, row, waiting, stale: false, first: new Set(), error: undefined };
}

async function readAgain(store: EventStore, messages: readonly Progress[]): Promise<void> {
  const stale = messages.filter((message) => message.stale);
  const rows = await store.rowsOf(stale.map(({ row }) => row));
  for (const message of stale) {
    const row = rows.get(message.row.messageId);
    if (row) Object.assign(message, { row, stale: false });
    else giveUp([message], new Error("The row has expired meanwhile"));
  }
}

async function partOf(store: EventStore, message: Progress): Promise<Part> {
  const events = message.waiting.slice(0, eventsPerPart);
  const after = withEvents(message.row, events);
  return { message, change: await store.prepare({ before: message.row, after, events }) };
}

/** As many parts to a transaction as it takes, with the counters that they change. */
function packed(parts: readonly Part[]): Part[][] {
  const packs: Part[][] = [];
  let pack: Part[] = [];
  for (const part of parts) {
    if (writesOf([...pack, part]) > writesPerTransaction) {
      packs.push(pack);
      pack = [];
    }
    pack.push(part);
  }
  return pack.length > 0 ? [...packs, pack] : packs;
}

function writesOf(pack: readonly Part[]): number {
  const counters = new Set(pack.flatMap(({ change }) => [...change.counters.keys()]));
  return pack.reduce((sum, { change }) => sum + change.writes.length, counters.size);
}

async function writePack(store: EventStore, pack: readonly Part[]): Promise<void> {
  try {
    const known = await store.write(pack.map(({ change }) => change));
    for (const part of pack) noteAnswer(part, known);
  } catch (error) {
    if (!isInvalidWrite(error)) throw error;
    // What DynamoDB never takes must not take others along.
    if (pack.length === 1)
      return giveUp(
        pack.map(({ message }) => message),
        error,
      );
    const half = Math.ceil(pack.length / 2);
    await writePack(store, pack.slice(0, half));
    await writePack(store, pack.slice(half));
  }
}

/** @param known ids of events that were recorded before, where the transaction was refused */
function noteAnswer({ message, change }: Part, known: ReadonlySet<string> | undefined): void {
  if (known) {
    message.stale = true;
    message.waiting = message.waiting.filter(({ eventId }) => !known.has(eventId));
    return;
  }
  message.row = change.after;
  message.waiting = message.waiting.slice(change.events.length);
  for (const event of change.events) message.first.add(event);
}

function giveUp(messages: readonly Progress[], error: unknown): void {
  for (const message of messages) message.error = error;
}

function recordedOf({ events, row, first, waiting }: Progress): RecordedEvent[] {
  const left = new Set(waiting);
  return events
    .filter(({ event, again }) => !left.has(event) && (again || first.has(event)))
    .map(({ event }) => ({ event, row, first: first.has(event) }));
}

function failedOf({ waiting, error }: Progress): Recorded["failed"][number][] {
  return waiting.map((event) => ({ event, error }));
}
