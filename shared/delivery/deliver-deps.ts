import type { AccountStore } from "../accounts/account-store.ts";
import type { DomainStore } from "../domains/domain-store.ts";
import type { ClaimStore } from "../messages/claim-store.ts";
import type { EventsQueueClient } from "../messages/events-queue-client.ts";
import type { Clock } from "../platform/clock.ts";
import type { HourStore } from "../quota/hour-store.ts";
import type { SuppressionStore } from "../suppressions/suppression-store.ts";
import type { ContentClient } from "./content-client.ts";
import type { Copies } from "./copies.ts";
import type { DeliveryQueueClient } from "./delivery-queue-client.ts";
import type { Holding } from "./hold.ts";
import type { MailServerClient } from "./mail-server-client.ts";
import type { LinkDeps } from "./recipient-links.ts";
import type { Room } from "./room.ts";
import type { Routes } from "./routes.ts";

export interface DeliverDeps {
  readonly accounts: Pick<AccountStore, "get">;
  readonly domains: Pick<DomainStore, "find">;
  readonly hours: Pick<HourStore, "take">;
  readonly claims: ClaimStore;
  readonly contents: ContentClient;
  readonly queue: DeliveryQueueClient;
  readonly holding: Holding;
  readonly events: EventsQueueClient;
  readonly suppressions: Pick<SuppressionStore, "marksOf">;
  readonly mailServers: Pick<MailServerClient, "of">;
  readonly routes: Routes;
  readonly composing: LinkDeps;
  readonly room: Room;
  readonly clock: Clock;
  /** 0 to 1, evenly. */
  readonly random: () => number;
  /** Tells the operator, by ids only. */
  readonly warn: (text: string, ids: Record<string, unknown>) => void;
}

/** The invocation that a job is worked in. */
export interface Invocation {
  readonly remainingMs: () => number;
  /** Where what it sends is kept; nowhere without it. */
  readonly copies?: Pick<Copies, "keep"> | undefined;
}
