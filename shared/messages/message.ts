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

/** The latest status that the log shows; opens, clicks and complaints come with the events. */
export type MessageStatus = "enqueued" | "delivered" | "not_delivered";

/** What the log keeps of a message besides its fate. */
export interface MessageLog {
  readonly stream: Stream;
  readonly domainName: string;
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

export interface MessageId {
  readonly accountId: number;
  readonly messageId: string;
}

/** One message: its log row and its claim in one item. */
export interface MessageRow extends MessageId, Partial<MessageLog> {
  readonly state: MessageState;
  readonly status?: MessageStatus;
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
  /** Epoch ms of the provider's own word that it has the message. */
  readonly acceptedByProviderAt?: number;
  /** Whether its quota unit was once given back; a worker that claimed it later took one again. */
  readonly releasedOnce?: boolean;
  /** Why the latest attempt failed, as the other side put it. */
  readonly reason?: string;
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
