import type { EventOf, MessageEvent } from "../contracts/message-event.ts";
import type { MessageId } from "../messages/message.ts";
import { derivedId } from "../platform/ids.ts";
import type { SuppressionType } from "../suppressions/suppression.ts";
import { bounceCategoryOf, type ServerReply } from "./bounce-category.ts";

/** What the recipient's side said, and which of its servers it was. */
export interface RecipientReply extends ServerReply {
  /** Name of the mail server. */
  readonly recipientMx?: string | undefined;
  /** Name of the mailbox provider. */
  readonly esp?: string | undefined;
}

interface Occasion extends MessageId {
  /** Epoch ms. */
  readonly at: number;
}

/** Why a message to a suppressed recipient is not sent. */
export function suppressedReason(type: SuppressionType): string {
  return `Recipient in suppression list. Reason: ${type}`;
}

/** Postern did not send it: it was not the recipient's side that refused. */
export function rejectEvent(occasion: Occasion, reason: string): EventOf<"reject"> {
  return { ...whatAndWhen(occasion, "reject"), reason };
}

/** It waits until it may be sent. @param since what names the wait: each is an event of its own */
export function suspensionEvent(
  occasion: Occasion,
  reason: string,
  ...since: readonly number[]
): EventOf<"suspension"> {
  return { ...whatAndWhen(occasion, "suspension", ...since), reason };
}

/** The recipient's server has taken the message. */
export function deliveryEvent(occasion: Occasion, reply: RecipientReply): EventOf<"delivery"> {
  const { responseCode: _code, enhancedStatus: _status, ...facts } = reply;
  return { ...whatAndWhen(occasion, "delivery"), ...facts };
}

/** It was not taken, and never will be. */
export function bounceEvent(occasion: Occasion, reply: RecipientReply): EventOf<"bounce"> {
  return { ...whatAndWhen(occasion, "bounce"), ...reply, bounceCategory: bounceCategoryOf(reply) };
}

/** It was not taken this time. @param attempt the number of the attempt: each is an event of its own */
export function softBounceEvent(
  occasion: Occasion,
  reply: RecipientReply,
  attempt: number,
): EventOf<"soft_bounce"> {
  const bounceCategory = bounceCategoryOf(reply);
  return { ...whatAndWhen(occasion, "soft_bounce", attempt), ...reply, bounceCategory };
}

function whatAndWhen<Kind extends MessageEvent["kind"]>(
  { accountId, messageId, at }: Occasion,
  kind: Kind,
  ...detail: readonly number[]
) {
  return { kind, eventId: derivedId(messageId, kind, ...detail), accountId, messageId, at };
}
