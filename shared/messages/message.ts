import type { BounceCategory, EventKind, MessageEvent } from "../contracts/message-event.ts";
import type { Stream } from "../contracts/streams.ts";

/**
 * Where a message stands. `claimed`: a worker holds it, or held it and died. `retry`: a temporary
 * failure, due again at `nextAttemptAt`. `waiting`: the account's hour is spent. `sent` and `failed` are
 * final. `refused`: the customer was told that it was not accepted. `released`: its quota unit was given
 * back because it never seemed to have been queued.
 */
export type MessageState = "claimed" | "retry" | "waiting" | "sent" | "failed" | "refused" | "released";

/** How a message leaves: Amazon SES, or the SMTP route that stands in for it. */
export type Route = "ses" | "smtp";

/** What the log says became of a message; it follows from the events that are recorded of it. */
export type MessageStatus = "enqueued" | "delivered" | "not_delivered" | "opted_out";

/** What the log keeps of a message besides its fate. */
export interface MessageLog {
  readonly stream: Stream;
  readonly domainName: string;
  /** Undefined for messages that were queued before jobs named it. */
  readonly domainId?: number | undefined;
  readonly from: string;
  readonly to: string;
  readonly recipientKind: "to" | "cc" | "bcc";
  readonly subject: string;
  /** Epoch ms. */
  readonly acceptedAt: number;
  readonly category?: string | undefined;
  readonly customVariables?: Record<string, string> | undefined;
  readonly clientIp?: string | undefined;
}

/** What is recorded of a message's events, and kept up to date with each: nothing else changes it. */
export interface MessageEvents {
  /** How often something was recorded of the message: its row changes only as it was read. */
  readonly recorded?: number;
  /** The kinds of events so far, each with the epoch ms of its earliest. */
  readonly events?: Readonly<Partial<Record<EventKind, number>>>;
  readonly opensCount?: number;
  readonly clicksCount?: number;
  /** Name of the mailbox provider, from the latest event that knows it. */
  readonly esp?: string;
  /** The recipient's side as the latest delivery or bounce tells of it. */
  readonly recipientMx?: string;
  readonly sendingIp?: string;
  readonly espResponse?: string;
  readonly responseCode?: number;
  readonly enhancedStatus?: string;
  readonly bounceCategory?: BounceCategory;
  /** Which event these are from, by time and id: an older one that comes later changes nothing. */
  readonly espFrom?: string;
  readonly factsFrom?: string;
}

export interface MessageId {
  readonly accountId: number;
  readonly messageId: string;
}

/** One message: its log row and its claim in one item. */
export interface MessageRow extends MessageId, Partial<MessageLog>, MessageEvents {
  readonly state: MessageState;
  readonly status?: MessageStatus;
  /** True in every row that a worker made: the message is in the log, and counted as sent. */
  readonly logged?: boolean;
  /** Attempts begun so far, the current one included; absent while none was. */
  readonly attempt?: number;
  readonly claimId?: string;
  /** Epoch ms after which the claim's worker is surely dead. */
  readonly claimUntil?: number;
  readonly route?: Route;
  /** Whether an earlier attempt over SMTP may have succeeded: then repeats stay on that route. */
  readonly mayHaveLeft?: boolean;
  /** Epoch ms before which a `retry` or `waiting` message is not due. */
  readonly nextAttemptAt?: number;
  readonly providerMessageId?: string;
  readonly rfcMessageId?: string;
  /** Where a copy of what was sent lies, if all went well; see sent-copy.ts. */
  readonly copy?: string;
  /** Epoch ms of the provider's own word that it has the message. */
  readonly acceptedByProviderAt?: number;
  /** Whether its quota unit was once given back; a worker that claimed it later took one again. */
  readonly releasedOnce?: boolean;
  /** Why the latest attempt failed, as the other side put it. */
  readonly reason?: string;
  /** What the recipient's server answered to its worker, who alone knows: a repeat of the job tells of it. */
  readonly untold?: MessageEvent;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** A message in the hands of this worker, and nobody else's until `claimUntil`. */
export interface Claim extends MessageId {
  readonly claimId: string;
  /** Epoch ms. */
  readonly claimUntil: number;
  readonly route: Route;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Whether an earlier attempt over SMTP may have succeeded: a repeat must bear the same Message-ID. */
  readonly mayHaveLeft: boolean;
}
