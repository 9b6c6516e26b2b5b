import { LRUCache } from "lru-cache";
import type { MessageRow } from "../messages/message.ts";
import type { ClickLink, OpenLink } from "./link-token.ts";

/** So many opens of a message are recorded, and as many clicks: no reader does more, and each of them costs. */
export const mostHits = 100;
/** What the same visitor fetches again within this time is the same visit: a double click, a program's second try. */
const sameVisitMs = 1_000;
// A cache takes its whole room at once, and with it time of a cold start.
const remembered = 1_000;

export type RecentHits = ReturnType<typeof recentHits>;
type TraceLink = OpenLink | ClickLink;

/** Who followed a link, and when (epoch ms). */
interface Visitor {
  readonly ip: string;
  readonly userAgent?: string | undefined;
  readonly at: number;
}

/**
 * What this process has handed over to be recorded lately, so that nobody makes it do so without end. It bounds
 * what a process does by itself; over all of them the message's row does, a little later.
 */
export function recentHits() {
  const visits = new LRUCache<string, number>({ max: remembered });
  const tallies = new LRUCache<string, number>({ max: remembered });

  return {
    /** Whether this visitor was handed over for the same link just now. */
    isRepeat: (link: TraceLink, visit: Visitor): boolean => {
      const before = visits.get(visitKey(link, visit));
      return before !== undefined && Math.abs(visit.at - before) < sameVisitMs;
    },

    /**
     * Whether enough is recorded of a message.
     *
     * @param row as it is in the log, if it was read
     */
    isEnough: (link: TraceLink, row?: Pick<MessageRow, "opensCount" | "clicksCount">): boolean => {
      const recorded = (link.kind === "open" ? row?.opensCount : row?.clicksCount) ?? 0;
      const known = Math.max(recorded, tallies.get(tallyKey(link)) ?? 0);
      tallies.set(tallyKey(link), known);
      return known >= mostHits;
    },

    /** Notes a visit that is handed over. */
    add: (link: TraceLink, visit: Visitor): void => {
      visits.set(visitKey(link, visit), visit.at);
      tallies.set(tallyKey(link), (tallies.get(tallyKey(link)) ?? 0) + 1);
    },

    /** Takes back a visit that could not be handed over. */
    remove: (link: TraceLink, visit: Visitor): void => {
      visits.delete(visitKey(link, visit));
      tallies.set(tallyKey(link), Math.max(0, (tallies.get(tallyKey(link)) ?? 0) - 1));
    },
  };
}

function tallyKey({ messageId, kind }: TraceLink): string {
  return `${messageId} ${kind}`;
}

function visitKey(link: TraceLink, { ip, userAgent }: Visitor): string {
  return JSON.stringify([link.messageId, link.kind === "click" ? link.url : null, ip, userAgent]);
}
