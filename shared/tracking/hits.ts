import type { EventOf } from "../contracts/message-event.ts";
import type { EventsQueueClient } from "../messages/events-queue-client.ts";
import type { MessageStore } from "../messages/message-store.ts";
import { derivedId } from "../platform/ids.ts";
import type { OptOutStore } from "../suppressions/opt-out-store.ts";
import type { ClickLink, OpenLink } from "./link-token.ts";
import type { RecentHits } from "./recent-hits.ts";

/** Who followed a link, as far as the request tells. */
export interface Visit {
  /** Of the request: the same request is the same event. */
  readonly requestId: string;
  readonly ip: string;
  readonly userAgent?: string | undefined;
  /** Epoch ms. */
  readonly at: number;
}

/** Who left: a mail that says so has no address of its program. */
export type Leaver = Pick<Visit, "requestId" | "userAgent" | "at"> & { readonly ip?: string };

// What a program says of itself may be as long as a request; nobody reads more of it.
const longestAgent = 500;

/** Every visit is an event of its own: a message may be opened, and a link followed, several times. */
export function hitOf(link: OpenLink | ClickLink, visit: Visit): EventOf<"open" | "click"> {
  const { accountId, messageId } = link;
  const eventId = derivedId(messageId, link.kind, visit.requestId);
  const common = { eventId, accountId, messageId, ...visitorOf(visit) };
  return link.kind === "open" ? { kind: "open", ...common } : { kind: "click", ...common, url: link.url };
}

export function visitorOf({ ip, userAgent, at }: Leaver) {
  return { at, ...(ip && { ip }), ...(userAgent && { userAgent: userAgent.slice(0, longestAgent) }) };
}

export interface HitDeps {
  readonly messages: Pick<MessageStore, "get">;
  readonly optOuts: Pick<OptOutStore, "isOptedOut">;
  readonly events: Pick<EventsQueueClient, "put">;
  readonly recentHits: RecentHits;
}

/**
 * Hands a visit over to be recorded, unless its recipient has opted out, be it after the email was sent, or the
 * message is too old for the log, or enough is recorded of it.
 *
 * @throws Error where it is not sure that it will be recorded
 */
export async function takeHit(deps: HitDeps, link: OpenLink | ClickLink, visit: Visit): Promise<void> {
  const { recentHits } = deps;
  if (recentHits.isRepeat(link, visit) || recentHits.isEnough(link)) return;
  const row = await deps.messages.get(link);
  if (row?.domainId === undefined || row.to === undefined || recentHits.isEnough(link, row)) return;
  if (await deps.optOuts.isOptedOut(link.accountId, row.domainId, row.to)) return;
  recentHits.add(link, visit);
  try {
    await deps.events.put([hitOf(link, visit)]);
  } catch (error) {
    recentHits.remove(link, visit);
    throw error;
  }
}
