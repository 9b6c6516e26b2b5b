/** One entry of the catalogue: what an error means to each door, and whether trying again can help. */
interface CatalogueEntry {
  /** HTTP status of the send API. */
  readonly http: number;
  /** SMTP reply code and enhanced status code (RFC 3463). */
  readonly smtp: readonly [code: number, enhanced: string];
  /** A permanent error stays an error when the same request is made again. */
  readonly permanent: boolean;
  /** What the customer reads over HTTP; also over SMTP unless `smtpText` is given. */
  readonly text: string;
  readonly smtpText?: string;
}

/**
 * Every error that a customer can meet. The texts are those of the service that clients are written for;
 * docs/errors.md lists them, and a test fails when the two differ.
 */
export const catalogue = {
  unauthorized: {
    http: 401,
    smtp: [535, "5.7.0"],
    permanent: true,
    text: "Unauthorized",
    smtpText: "Invalid login or password",
  },
  forbidden: { http: 403, smtp: [550, "5.7.1"], permanent: true, text: "Forbidden" },
  access_forbidden: { http: 403, smtp: [550, "5.7.1"], permanent: true, text: "Access forbidden" },
  account_banned: { http: 403, smtp: [535, "5.7.0"], permanent: true, text: "Account is banned" },
  domain_not_compliant: {
    http: 403,
    smtp: [550, "5.7.1"],
    permanent: true,
    text: "Sending from domain is not allowed",
  },
  demo_recipient: {
    http: 403,
    smtp: [550, "5.7.1"],
    permanent: true,
    text: "Demo domains can only be used to send emails to account owners. You can only send testing emails to your own email address.",
  },
  month_limit_reached: {
    http: 403,
    smtp: [535, "5.7.0"],
    permanent: true,
    text: "Monthly messages limit reached",
  },
  day_limit_reached: {
    http: 403,
    smtp: [535, "5.7.0"],
    permanent: true,
    text: "Your account has reached its daily sending limit.",
  },
  rate_limited: { http: 429, smtp: [451, "4.7.0"], permanent: false, text: "Rate limit exceeded" },
  message_too_large: {
    http: 413,
    smtp: [552, "5.3.4"],
    permanent: true,
    text: "Error: message too big",
  },
  invalid_request: { http: 400, smtp: [550, "5.6.0"], permanent: true, text: "Bad Request" },
  validation_failed: { http: 422, smtp: [550, "5.6.0"], permanent: true, text: "Unprocessable request" },
  suppression_not_found: {
    http: 404,
    smtp: [550, "5.5.0"],
    permanent: true,
    text: "Suppression not found",
  },
  opt_out_not_found: {
    http: 404,
    smtp: [550, "5.5.0"],
    permanent: true,
    text: "Tracking opt-out not found",
  },
  not_found: { http: 404, smtp: [502, "5.5.1"], permanent: true, text: "Not Found" },
  idempotency_key_reused: {
    http: 409,
    smtp: [550, "5.5.0"],
    permanent: true,
    text: "Idempotency-Key was already used with another request body",
  },
  idempotency_in_progress: {
    http: 409,
    smtp: [451, "4.5.0"],
    permanent: false,
    text: "A request with this Idempotency-Key is still in progress",
  },
  authentication_required: {
    http: 401,
    smtp: [530, "5.7.1"],
    permanent: true,
    text: "Authentication required",
  },
  too_many_connections: {
    http: 403,
    smtp: [535, "5.7.8"],
    permanent: true,
    text: "Too many connections per account",
  },
  too_many_connections_per_address: {
    http: 429,
    smtp: [421, "4.7.0"],
    permanent: false,
    text: "Too many connections per IP address",
  },
  too_many_messages_per_connection: {
    http: 429,
    smtp: [421, "4.7.0"],
    permanent: false,
    text: "Too many messages per connection",
  },
  too_many_attempts: {
    http: 429,
    smtp: [421, "4.7.0"],
    permanent: false,
    text: "Too many errors or commands",
  },
  too_many_recipients: { http: 429, smtp: [452, "4.5.3"], permanent: false, text: "Too many recipients" },
  address_invalid: { http: 400, smtp: [553, "5.1.3"], permanent: true, text: "Address is invalid" },
  address_not_ascii: {
    http: 400,
    smtp: [553, "5.6.7"],
    permanent: true,
    text: "Address must not have non-ASCII characters before '@'",
  },
  from_header_mismatch: {
    http: 403,
    smtp: [550, "5.7.1"],
    permanent: true,
    text: "From: Header does not match the sender's domain",
  },
  service_stopping: { http: 500, smtp: [421, "4.3.2"], permanent: false, text: "Service is restarting" },
  took_too_long: { http: 500, smtp: [421, "4.4.2"], permanent: false, text: "Connection took too long" },
  internal: { http: 500, smtp: [451, "4.3.0"], permanent: false, text: "Internal server error" },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/**
 * An error that a customer may see: a code of the catalogue and what the reader needs besides.
 */
export class PosternError extends Error {
  override readonly name = "PosternError";
  readonly code: ErrorCode;
  /** What the customer reads, one line for each mistake; the catalogue's text unless given. */
  readonly messages: readonly string[];
  /** What is wrong with each field of a request, for `validation_failed`. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** Seconds after which trying again can succeed, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    details: {
      messages?: readonly string[];
      fields?: Readonly<Record<string, readonly string[]>>;
      retryAfterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    const messages = details.messages ?? [catalogue[code].text];
    super(messages.join("; "), { cause: details.cause });
    this.code = code;
    this.messages = messages;
    this.fields = details.fields ?? {};
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  get permanent(): boolean {
    return catalogue[this.code].permanent;
  }
}

/** The error that a customer may see for anything that was thrown: itself, or a fixed `internal` that tells nothing. */
export function asPosternError(thrown: unknown): PosternError {
  return thrown instanceof PosternError ? thrown : new PosternError("internal", { cause: thrown });
}

/** Whether what was thrown says no to whoever asked, and is no failure of ours: then nothing has happened. */
export function isRefusal(thrown: unknown): boolean {
  return catalogue[asPosternError(thrown).code].http < 500;
}
