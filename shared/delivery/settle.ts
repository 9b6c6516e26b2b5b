import type { MessageEvent } from "../contracts/message-event.ts";
import { evidenceWaitMs } from "../messages/claim-rules.ts";
import type { Settlement } from "../messages/claim-store.ts";
import type { Claim } from "../messages/message.ts";
import type { DeliverDeps } from "./deliver-deps.ts";
import {
  bounceEvent,
  deliveryEvent,
  type RecipientReply,
  rejectEvent,
  softBounceEvent,
} from "./delivery-events.ts";
import type { Outcome } from "./outcome.ts";
import { recipientSideOf } from "./recipient-side.ts";
import { nextAttemptAt, nextTurnAt } from "./retry-rules.ts";

/** When the message's turn comes again (epoch ms), and how many attempts have then failed. */
export interface Again {
  readonly at: number;
  readonly attempt: number;
}

export type SettleDeps = Pick<DeliverDeps, "claims" | "clock" | "events" | "mailServers" | "random" | "warn">;

/** The message that an attempt was made at. */
export interface Attempted {
  readonly claim: Claim;
  /** The recipient's address. */
  readonly recipient: string;
  /** Epoch ms. */
  readonly acceptedAt: number;
  /** Where the copy of what was sent lies, or will. */
  readonly copy?: string | undefined;
}

/**
 * Ends an attempt. What happened is told before the row says that the attempt is over: who dies in between has
 * the claim expire, and whoever then takes the message tells the same again. Only what has been delivered is
 * settled first, and keeps what is to be told: another attempt would send it again.
 *
 * @returns nothing when the message needs no further turn
 */
export async function settle(
  deps: SettleDeps,
  attempted: Attempted,
  outcome: Outcome,
): Promise<Again | undefined> {
  const { claim } = attempted;
  switch (outcome.kind) {
    case "accepted": {
      const { kind: _kind, delivered, ...proof } = outcome;
      const untold = delivered && (await toldOf(deps, attempted, delivered, deliveryEvent));
      await settled(deps, claim, { state: "sent", ...proof, untold, copy: attempted.copy });
      if (untold) await deps.events.put([untold]);
      return undefined;
    }
    case "refused":
      return await fail(deps, attempted, outcome);
    case "unknown":
      // The claim stays as it is: when it has expired, the provider's notifications decide.
      deps.warn("a provider's answer was lost", { messageId: claim.messageId, reason: outcome.reason });
      return { at: claim.claimUntil + evidenceWaitMs, attempt: claim.attempt };
    case "temporary":
      return await retry(deps, attempted, outcome);
    case "sick":
      return await waitForRoutes(deps, attempted, outcome);
  }
}

async function fail(
  deps: SettleDeps,
  attempted: Attempted,
  { reason, reply }: { readonly reason: string; readonly reply?: RecipientReply },
): Promise<undefined> {
  const { claim } = attempted;
  const event = reply
    ? await toldOf(deps, attempted, reply, bounceEvent)
    : rejectEvent(occasionOf(deps, claim), reason);
  await deps.events.put([event]);
  await settled(deps, claim, { state: "failed", reason });
  return undefined;
}

/** The row counts this attempt no longer: what is wrong with all mail makes no message bounce. */
async function waitForRoutes(
  deps: SettleDeps,
  attempted: Attempted,
  outcome: Extract<Outcome, { kind: "sick" }>,
): Promise<Again | undefined> {
  const { claim, acceptedAt } = attempted;
  const at = outcome.widely ? nextTurnAt(acceptedAt, deps.clock.now(), deps.random()) : undefined;
  if (at === undefined) return await retry(deps, attempted, { kind: "temporary", reason: outcome.reason });
  const { reason } = outcome;
  const attempt = claim.attempt - 1;
  await settled(deps, claim, {
    state: "retry",
    reason,
    nextAttemptAt: at,
    attempt,
    mayHaveLeft: claim.mayHaveLeft,
  });
  return { at, attempt };
}

async function retry(
  deps: SettleDeps,
  attempted: Attempted,
  outcome: Extract<Outcome, { kind: "temporary" }>,
): Promise<Again | undefined> {
  const { claim } = attempted;
  const { reason, reply } = outcome;
  const at = nextAttemptAt(claim.attempt, deps.clock.now(), deps.random());
  if (at === undefined) return await fail(deps, attempted, outcome);
  if (reply) {
    const numbered: EventOf = (occasion, whole) => softBounceEvent(occasion, whole, claim.attempt);
    await deps.events.put([await toldOf(deps, attempted, reply, numbered)]);
  }
  const mayHaveLeft = claim.mayHaveLeft || outcome.mayHaveLeft === true;
  await settled(deps, claim, { state: "retry", reason, nextAttemptAt: at, mayHaveLeft });
  return { at, attempt: claim.attempt };
}

type EventOf = (occasion: ReturnType<typeof occasionOf>, reply: RecipientReply) => MessageEvent;

/** What is to be told of what the recipient's side said, and who that is. */
async function toldOf(
  deps: SettleDeps,
  { claim, recipient }: Attempted,
  reply: RecipientReply,
  eventOf: EventOf,
): Promise<MessageEvent> {
  const domain = recipient.slice(recipient.lastIndexOf("@") + 1);
  const side = await recipientSideOf(deps.mailServers, domain, reply.recipientMx);
  return eventOf(occasionOf(deps, claim), { ...reply, ...side });
}

function occasionOf({ clock }: SettleDeps, { accountId, messageId }: Claim) {
  return { accountId, messageId, at: clock.now() };
}

async function settled(deps: SettleDeps, claim: Claim, settlement: Settlement): Promise<void> {
  if (await deps.claims.settle(claim, settlement)) return;
  deps.warn("a message was settled by somebody else", { messageId: claim.messageId });
}
