import type { EventKind, MessageEvent } from "../contracts/message-event.ts";
import type { MessageEvents, MessageRow, MessageStatus } from "./message.ts";

/** The kinds that say how a message stands, the strongest first; what nothing is said of is enqueued. */
const statuses: readonly (readonly [MessageStatus, readonly EventKind[]])[] = [
  ["opted_out", ["unsubscribe", "spam_complaint"]],
  // A server may take a message and send it back later: the later word counts, whichever comes first here.
  ["not_delivered", ["bounce", "reject"]],
  ["delivered", ["delivery", "open", "click"]],
];

/**
 * How a message stands, from the kinds of its events alone: the order in which they come changes nothing. A late
 * delivery lowers no status, and a complaint stays.
 */
export function statusOf(events: NonNullable<MessageEvents["events"]>): MessageStatus {
  const strongest = statuses.find(([, kinds]) => kinds.some((kind) => events[kind] !== undefined));
  return strongest?.[0] ?? "enqueued";
}

/** Whether events of the message belong into the log: a message that was never to be sent has none. */
export function isOnItsWay(row: MessageRow): boolean {
  return row.state !== "refused" && row.state !== "released";
}

/**
 * The row after events of which none is recorded yet. It follows from the set of all that are recorded, not from
 * their order.
 */
export function withEvents(row: MessageRow, events: readonly MessageEvent[]): MessageRow {
  const after = events.reduce(withEvent, row);
  return { ...after, recorded: (row.recorded ?? 0) + 1 };
}

function withEvent(row: MessageRow, event: MessageEvent): MessageRow {
  const { kind, at } = event;
  const events = { ...row.events, [kind]: Math.min(at, row.events?.[kind] ?? at) };
  return {
    ...row,
    events,
    status: statusOf(events),
    ...(kind === "open" && { opensCount: (row.opensCount ?? 0) + 1 }),
    ...(kind === "click" && { clicksCount: (row.clicksCount ?? 0) + 1 }),
    ...(tellsOfOtherSide(event) && { ...espOf(row, event), ...factsOf(row, event) }),
  };
}

type OtherSide = Extract<MessageEvent, { kind: "delivery" | "soft_bounce" | "bounce" }>;

function tellsOfOtherSide(event: MessageEvent): event is OtherSide {
  return event.kind === "delivery" || event.kind === "soft_bounce" || event.kind === "bounce";
}

function espOf(row: MessageRow, event: OtherSide): Pick<MessageRow, "esp" | "espFrom"> {
  const rank = rankOf(event);
  return event.esp !== undefined && rank > (row.espFrom ?? "") ? { esp: event.esp, espFrom: rank } : {};
}

/** All of them from one event: a category of one attempt beside the reply of another would be a lie. */
function factsOf(row: MessageRow, event: OtherSide) {
  const rank = rankOf(event);
  if (rank <= (row.factsFrom ?? "")) return {};
  const failed = event.kind === "delivery" ? undefined : event;
  return {
    factsFrom: rank,
    recipientMx: event.recipientMx,
    sendingIp: event.sendingIp,
    espResponse: event.response,
    responseCode: failed?.responseCode,
    enhancedStatus: failed?.enhancedStatus,
    bounceCategory: failed?.bounceCategory,
  } as Partial<MessageRow>;
}

/** Sorts events by time, and those of the same time in one way always. */
function rankOf({ at, eventId }: MessageEvent): string {
  return `${String(at).padStart(15, "0")}#${eventId}`;
}
