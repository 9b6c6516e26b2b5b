import type { IncomingEvent, Recorded } from "./event.ts";
import type { EventStore } from "./event-store.ts";

export interface RecordDeps {
  readonly events: EventStore;
  /** 0 to 1, evenly. */
  readonly random: () => number;
}

/**
 * Records events, each of them once: the event, what its message's row says, and the counters change in one
 * transaction. The order in which events come does not matter, nor how often.
 */
export async function record(_deps: RecordDeps, incoming: readonly IncomingEvent[]): Promise<Recorded> {
  return { recorded: [], failed: incoming.map(({ event }) => ({ event, error: new Error("not yet") })) };
}
