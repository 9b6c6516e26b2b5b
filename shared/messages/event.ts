import type { MessageEvent } from "../contracts/message-event.ts";
import type { MessageRow } from "./message.ts";

/** An event as a queue brought it. */
export interface IncomingEvent {
  readonly event: MessageEvent;
  /** Whether it may have been received before: then its first consumer may have died half-way. */
  readonly again: boolean;
}

/** An event that is in the log now. */
export interface RecordedEvent {
  readonly event: MessageEvent;
  /**
   * The message after all that is recorded of it; undefined where its row has expired, or where the message
   * was never on its way: then the event is not in the log, and only who it tells of may matter.
   */
  readonly row: MessageRow | undefined;
  /** False where an earlier reception recorded it: whatever follows from it may have been done already. */
  readonly first: boolean;
}

/** What became of a batch of events. */
export interface Recorded {
  /** Those recorded for the first time, and those that may have come before. */
  readonly recorded: readonly RecordedEvent[];
  /** Those that are to come again. */
  readonly failed: readonly { readonly event: MessageEvent; readonly error: unknown }[];
}
