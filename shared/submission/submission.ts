import type { Account } from "../accounts/account.ts";
import type { Token } from "../accounts/token.ts";
import type { Stream } from "../contracts/streams.ts";
import type { AutoBcc } from "../domains/auto-bcc.ts";
import type { ErrorCode } from "../platform/errors.ts";
import type { Email, Recipient } from "./email.ts";

/** Who hands something in. */
export interface Customer {
  readonly account: Account;
  readonly token: Token;
}

/** What a customer hands in, whichever door it came through. */
export interface Submission {
  /** The API token as the customer gave it; undefined where there was none. */
  readonly secret: string | undefined;
  readonly stream: Stream;
  /** Who submitted it, as the log shows it. */
  readonly clientIp: string | undefined;
  /**
   * Reads what was handed in. Called only once the customer is known, so that strangers cost nothing.
   *
   * @throws PosternError `invalid_request` for what cannot be read at all, `message_too_large` for what is
   * not read to its end
   */
  read(customer: Customer): unknown | Promise<unknown>;
  /** Makes repeating the submission harmless for 24 hours. */
  readonly idempotency?: {
    readonly key: string;
    /** Equal for the same request and only for it; known once it was read. */
    fingerprint(): string;
  };
}

/** One attempt at a submission: the first, or a later one under the same id after a crash. */
export interface Attempt {
  readonly submissionId: string;
  readonly accountId: number;
  readonly stream: Stream;
  readonly clientIp: string | undefined;
  /** A crash may have left messages of this submission behind: reserved, queued or refused. */
  readonly resumed: boolean;
}

/** A sound email that may be sent from its domain. */
export interface CheckedEmail {
  readonly email: Email;
  readonly domainName: string;
  readonly domainId: number;
  /** Everybody who gets it: first those whom the customer names, in the order to, cc, bcc. */
  readonly recipients: readonly Recipient[];
  /** What the domain wants of copies. */
  readonly autoBcc?: AutoBcc | undefined;
}

/** A checked email with its place among the messages of the submission. */
export interface PlacedEmail extends CheckedEmail {
  /** Which email of the submission it is, from 0. */
  readonly item: number;
  /** The place of its first recipient among all messages of the submission. */
  readonly firstPlace: number;
}

/** What became of one email: the messages of those whom the customer named, by place, or the error that the customer reads instead. */
export type Outcome =
  | { readonly firstPlace: number; readonly count: number }
  | { readonly code: ErrorCode; readonly messages: readonly string[] };

/** Emails of a batch that do not pass the checks, by their place in it. */
export type Refusals = ReadonlyMap<number, Outcome>;

/** What the ids of a submission's messages depend on besides the request: the first attempt decides it for all. */
export interface Footing {
  readonly refused: Refusals;
  /** Addresses that get copies, by the name of the sending domain. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
}

/** What became of the emails of a submission, in their order. */
export interface Sent {
  readonly outcomes: readonly Outcome[];
  /** False if something may be on its way that the outcomes call refused: another attempt can tell. */
  readonly settled: boolean;
}

/** The answer for one email of a batch. */
export type ItemResult = { readonly messageIds: string[] } | { readonly errors: readonly string[] };
