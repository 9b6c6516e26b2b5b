import type { MailServerClient } from "../../shared/delivery/mail-server-client.ts";
import { type EventsIn, eventsIn } from "../../shared/delivery/provider-event.ts";
import { withRecipientSide } from "../../shared/delivery/recipient-side.ts";
import { type Failure, recordEvidence } from "../../shared/delivery/record-evidence.ts";
import type { IncomingEvent, RecordedEvent } from "../../shared/messages/event.ts";
import type { MessageStore } from "../../shared/messages/message-store.ts";
import { type RecordDeps, record } from "../../shared/messages/record.ts";
import type { QueueRecord } from "../../shared/platform/queue-event.ts";

type Follower = (recorded: readonly RecordedEvent[]) => Promise<void>;

export interface ConsumeDeps {
  readonly messages: Pick<MessageStore, "withoutSent" | "recordProviderAcceptance">;
  readonly recording: RecordDeps;
  readonly mailServers: Pick<MailServerClient, "of">;
  /** What follows from recorded events. Each may be told of an event more than once. */
  readonly followers: readonly Follower[];
}

/** A queue message that could be read. */
interface Read extends EventsIn {
  readonly id: string;
  readonly again: boolean;
}

/** What is told so late has been among the dead letters, or may have been: it takes an hour to get there. */
const lateMs = 30 * 60_000;

/**
 * Works off messages of the events queue: what they prove, what happened, and what follows from it. A message
 * of which any part failed comes again as a whole, which changes nothing of what was done.
 *
 * @returns one failure for each message that is to come again
 */
export async function consume(deps: ConsumeDeps, records: readonly QueueRecord[]): Promise<Failure[]> {
  const { read: asRead, unread } = readAll(records, deps.recording.clock.now());
  const unproved = await recordEvidence(
    deps,
    asRead.flatMap(({ id, acceptance }) => (acceptance ? [{ id, acceptance }] : [])),
  );
  const read = await Promise.all(asRead.map((each) => completed(deps, each)));
  const { recorded, failed } = await record(deps.recording, incomingOf(read));
  const unrecorded = bringersOf(read, new Map(failed.map(({ event, error }) => [event.eventId, error])));
  const unfollowed = await follow(deps, recorded, read);
  return onePerMessage([...unread, ...unproved, ...unrecorded, ...unfollowed]);
}

function readAll(records: readonly QueueRecord[], now: number): { read: Read[]; unread: Failure[] } {
  const read: Read[] = [];
  const unread: Failure[] = [];
  for (const { messageId: id, body, attributes } of records) {
    try {
      const content = eventsIn(body);
      const isRepeat = Number(attributes?.ApproximateReceiveCount ?? 1) > 1;
      // Who comes back from the dead letters is counted anew, although something did not follow from it.
      const isLate = content.events.some(({ at }) => at < now - lateMs);
      read.push({ id, again: isRepeat || isLate, ...content });
    } catch (error) {
      unread.push({ id, error });
    }
  }
  return { read, unread };
}

/** SES does not say whose mailbox it was. */
async function completed({ mailServers }: ConsumeDeps, read: Read): Promise<Read> {
  const { recipientDomain: domain, events } = read;
  if (domain === undefined) return read;
  const whole = events.map((event) => withRecipientSide(mailServers, event, domain));
  return { ...read, events: await Promise.all(whole) };
}

function incomingOf(read: readonly Read[]): IncomingEvent[] {
  return read.flatMap(({ again, events }) => events.map((event) => ({ event, again })));
}

async function follow(
  { followers }: ConsumeDeps,
  recorded: readonly RecordedEvent[],
  read: readonly Read[],
): Promise<Failure[]> {
  if (recorded.length === 0) return [];
  const unfollowed = await Promise.all(followers.map((follows) => unfollowedIn(follows, recorded)));
  return bringersOf(read, new Map(unfollowed.flat()));
}

/** Where something fails to follow, each account is tried by itself: one's trouble is nobody else's. */
async function unfollowedIn(
  follows: Follower,
  recorded: readonly RecordedEvent[],
): Promise<[eventId: string, error: unknown][]> {
  try {
    await follows(recorded);
    return [];
  } catch (error) {
    const accounts = [...Map.groupBy(recorded, ({ event }) => event.accountId).values()];
    if (accounts.length === 1) return recorded.map(({ event }) => [event.eventId, error]);
    return (await Promise.all(accounts.map((events) => unfollowedIn(follows, events)))).flat();
  }
}

/** The queue messages that brought one of these events. */
function bringersOf(read: readonly Read[], errors: ReadonlyMap<string, unknown>): Failure[] {
  return read.flatMap(({ id, events }) => {
    const event = events.find(({ eventId }) => errors.has(eventId));
    return event ? [{ id, error: errors.get(event.eventId) }] : [];
  });
}

function onePerMessage(failures: readonly Failure[]): Failure[] {
  return [...new Map(failures.map((failure) => [failure.id, failure])).values()];
}
