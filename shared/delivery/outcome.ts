import type { SendingDomain } from "../domains/sending-domain.ts";
import type { Mime } from "../mail/mime.ts";
import type { RecipientReply } from "./delivery-events.ts";

/** One message on its way to its one recipient. */
export interface Dispatch {
  readonly accountId: number;
  readonly messageId: string;
  readonly domain: SendingDomain;
  /** Address of the From field. */
  readonly from: string;
  readonly recipient: string;
  readonly mime: Mime;
  /** The Message-ID in `mime`, with its angle brackets. */
  readonly rfcMessageId: string;
  /** Whether time enough is left for a call to a provider; asked right before each. */
  readonly mayStart: () => boolean;
}

/**
 * What came of handing a message to a route.
 * - `accepted`: somebody answers for it now. `delivered`: the recipient's own server, with these words.
 * - `refused`: it will never be taken, by any route.
 * - `temporary`: it was not taken this time. `mayHaveLeft`: or its answer was lost, and nothing else will
 *   tell.
 * - `sick`: it was not taken because of the route, so that another may be tried. `widely`: other messages
 *   would fare the same. `briefly`: the same again may help in moments.
 * - `unknown`: the answer was lost; the provider's notifications will tell.
 *
 * `reply` is what the recipient's side said, or how it could not be reached; without it the failure is on ours.
 */
export type Outcome =
  | {
      readonly kind: "accepted";
      readonly delivered?: RecipientReply;
      readonly rfcMessageId: string;
      readonly providerMessageId?: string;
    }
  | { readonly kind: "refused"; readonly reason: string; readonly reply?: RecipientReply }
  | {
      readonly kind: "temporary";
      readonly reason: string;
      readonly reply?: RecipientReply;
      readonly mayHaveLeft?: boolean;
    }
  | { readonly kind: "sick"; readonly reason: string; readonly widely: boolean; readonly briefly?: boolean }
  | { readonly kind: "unknown"; readonly reason: string };

/** A way out. It never throws for what a provider answers: that is an outcome. */
export interface OutgoingRoute {
  send(dispatch: Dispatch): Promise<Outcome>;
}
