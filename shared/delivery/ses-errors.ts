import type { Outcome } from "./outcome.ts";

type Failure = Exclude<Outcome, { kind: "accepted" }>;

/** What is read of an error of the AWS SDK. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const throttled = new Set([
  "LimitExceededException",
  "RequestThrottled",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);

/** Amazon SES serves nobody of this account. */
const serviceClosed = new Set(["AccountSuspendedException", "SendingPausedException"]);

/** Amazon SES does not know this sender (any more), which says nothing about other senders. */
const senderUnknown = new Set(["MailFromDomainNotVerifiedException", "NotFoundException"]);

const messageRefused = new Set(["BadRequestException", "MessageRejected", "ValidationException"]);

/** The connection was never made, so that the message cannot have gone through it. */
const neverConnected = new Set(["EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"]);

/**
 * What an error of SES's SendEmail says about the message. Everything that does not surely say "not
 * taken" is unknown: a second call might send the message twice.
 */
export function outcomeOfSesError(thrown: unknown): Failure {
  const error = asSdkError(thrown);
  const reason = `${error.name}: ${error.message}`.slice(0, 500);
  const status = error.$metadata?.httpStatusCode;
  if (throttled.has(error.name) || status === 429)
    return { kind: "sick", reason, widely: true, briefly: true };
  if (serviceClosed.has(error.name)) return { kind: "sick", reason, widely: true };
  if (senderUnknown.has(error.name) || isUnverifiedIdentity(error))
    return { kind: "sick", reason, widely: false };
  if (messageRefused.has(error.name)) return { kind: "refused", reason };
  return outcomeByStatus(status, error, reason);
}

function outcomeByStatus(status: number | undefined, error: SdkError, reason: string): Failure {
  // Amazon answers 503 before it works on a request; after a 500 it may have.
  if (status === 503) return { kind: "sick", reason, widely: true, briefly: true };
  // Credentials, permissions, clock: nothing that another message would not meet too.
  if (status !== undefined && status >= 400 && status < 500) return { kind: "sick", reason, widely: true };
  if (status === undefined && neverConnected.has(String(error.code)))
    return { kind: "sick", reason, widely: true };
  return { kind: "unknown", reason };
}

/**
 * SES answers MessageRejected both for a message and for a sender whose identity is missing or not
 * verified; only the text tells which ("Email address is not verified. The following identities failed
 * the check ...", Amazon SES developer guide, API error codes).
 */
function isUnverifiedIdentity({ name, message }: SdkError): boolean {
  return name === "MessageRejected" && /\bnot verified\b/i.test(message);
}

function asSdkError(thrown: unknown): SdkError {
  return thrown instanceof Error ? thrown : { name: "Error", message: String(thrown) };
}
