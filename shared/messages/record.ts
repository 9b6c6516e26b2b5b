import pLimit from "p-limit";
import type { Clock } from "../platform/clock.ts";
import { timeOfId } from "../platform/ids.ts";
import type { IncomingEvent, Recorded, RecordedEvent } from "./event.ts";
import { isOnItsWay } from "./event-rules.ts";
import type { EventStore } from "./event-store.ts";
import type { MessageRow } from "./message.ts";
import { type News, writeNews } from "./record-news.ts";

export interface RecordDeps {
  readonly events: EventStore;
  readonly clock: Clock;
}

type Failed = Recorded["failed"][number];

const accountsAtOnce = 8;
/** A younger message has a row soon, if it has none: nothing expires or is erased so early. */
const youngMs = 24 * 3_600_000;

/**
 * Records events, each of them once: the event, what its message's row says, and the counters change in one
 * transaction. The order in which events come does not matter, nor how often.
 */
export async function record(deps: RecordDeps, incoming: readonly IncomingEvent[]): Promise<Recorded> {
  const limit = pLimit(accountsAtOnce);
  const accounts = Map.groupBy(withoutRepeats(incoming), ({ event }) => event.accountId);
  const results = await Promise.all(
    [...accounts].map(([accountId, events]) => limit(() => recordOf(deps, accountId, events))),
  );
  return {
    recorded: results.flatMap(({ recorded }) => recorded),
    failed: results.flatMap(({ failed }) => failed),
  };
}

/** One of each event; it came before if any of its like did. */
function withoutRepeats(incoming: readonly IncomingEvent[]): IncomingEvent[] {
  const byId = Map.groupBy(incoming, ({ event: { accountId, messageId, eventId } }) =>
    [accountId, messageId, eventId].join("/"),
  );
  return [...byId.values()].flatMap((repeats) => {
    const [first] = repeats;
    return first ? [{ event: first.event, again: repeats.some(({ again }) => again) }] : [];
  });
}

async function recordOf(
  { events: store, clock }: RecordDeps,
  accountId: number,
  incoming: readonly IncomingEvent[],
): Promise<{ recorded: RecordedEvent[]; failed: Failed[] }> {
  const messages = Map.groupBy(incoming, ({ event }) => event.messageId);
  const ids = [...messages.keys()].map((messageId) => ({ accountId, messageId }));
  try {
    const rows = await store.rowsOf(ids);
    const news: News[] = [];
    const recorded: RecordedEvent[] = [];
    const failed: Failed[] = [];
    for (const [messageId, events] of messages) {
      const row = rows.get(messageId);
      if (row && isOnItsWay(row)) news.push({ row, events });
      else if (isExpected(row, events, messageId, clock)) failed.push(...events.map(asEarly));
      else recorded.push(...events.map(({ event }) => ({ event, row: undefined, first: true })));
    }
    const written = await writeNews(store, news);
    return { recorded: [...recorded, ...written.recorded], failed: [...failed, ...written.failed] };
  } catch (error) {
    return { recorded: [], failed: incoming.map(({ event }) => ({ event, error })) };
  }
}

/** Whether a row may be on its way still; that is waited for once. */
function isExpected(
  row: MessageRow | undefined,
  events: readonly IncomingEvent[],
  messageId: string,
  clock: Clock,
): boolean {
  const isYoung = clock.now() - timeOfId(messageId) < youngMs;
  return row === undefined && isYoung && !events.some(({ again }) => again);
}

function asEarly({ event }: IncomingEvent): Failed {
  return { event, error: new Error("The message has no row yet") };
}
