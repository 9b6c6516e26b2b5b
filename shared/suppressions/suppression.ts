import type { Stream } from "../contracts/streams.ts";

export const suppressionTypes = ["hard bounce", "unsubscription", "spam complaint", "manual import"] as const;

export type SuppressionType = (typeof suppressionTypes)[number];

/** What a suppression holds back: mail of one sending domain (null: of all) in one stream, or in any. */
export interface Scope {
  readonly domainId: number | null;
  readonly stream: Stream | "any";
}

/** What is known of the message whose fate suppressed its recipient. */
export interface SuppressedMessage {
  readonly bounceCategory?: string | undefined;
  readonly category?: string | undefined;
  readonly clientIp?: string | undefined;
  /** Epoch ms at which it was accepted. */
  readonly createdAt?: number | undefined;
  readonly espResponse?: string | undefined;
  readonly espServerType?: string | undefined;
  readonly outgoingIp?: string | undefined;
  readonly recipientMxName?: string | undefined;
  readonly senderEmail?: string | undefined;
  readonly subject?: string | undefined;
}

/** One row of an account's suppression list. */
export interface Suppression extends Scope {
  /** UUID v7: rows sort by the time at which they were made. */
  readonly id: string;
  readonly accountId: number;
  /** In lower case. */
  readonly email: string;
  readonly type: SuppressionType;
  /** Epoch ms, the time in the id. */
  readonly createdAt: number;
  readonly domainName: string | null;
  readonly message?: SuppressedMessage | undefined;
}

/** A recipient who wants no opens and clicks recorded of mail from one domain, whatever the stream. */
export interface TrackingOptOut {
  /** UUID v7, as a suppression's. */
  readonly id: string;
  readonly accountId: number;
  /** In lower case. */
  readonly email: string;
  readonly domainId: number;
  readonly domainName: string;
  /** Epoch ms, the time in the id. */
  readonly createdAt: number;
}

/** What mail to an address has to respect. */
export interface AddressMarks {
  readonly suppressed?: { readonly type: SuppressionType };
  readonly optedOut: boolean;
}
