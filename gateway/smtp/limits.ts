/** Bounds of the SMTP door; the first three are the service's own, known to its customers. */
export interface SmtpLimits {
  /** Unless the account has another limit of its own. */
  readonly connectionsPerAccount: number;
  readonly connectionsPerAddress: number;
  /** Unless the account has another limit of its own. */
  readonly messagesPerConnection: number;
  readonly recipientsPerMessage: number;
  /** The largest limit that an operator grants an account, and so what is told before the account is known. */
  readonly largestMessageBytes: number;
  /** Of a message that is refused, so much is read to its end, in bytes; then the connection is closed. */
  readonly discardedBytes: number;
  /** Open connections of this process, known or not. */
  readonly connections: number;
  readonly commandBytes: number;
  /** Commands other than RCPT and DATA between one accepted message and the next. */
  readonly commandsPerMessage: number;
  readonly errorsPerConnection: number;
  readonly loginAttempts: number;
  /** From the connection to a login that succeeds. */
  readonly loginMs: number;
  /** Silence before the login, which includes the TLS handshake, and after it (RFC 5321 §4.5.3.2.7). */
  readonly strangerIdleMs: number;
  readonly idleMs: number;
  /** From DATA to its last byte: 30 MB at 400 kbit/s. */
  readonly messageMs: number;
  readonly connectionMs: number;
}

const mebibyte = 1024 * 1024;
const second = 1_000;
const minute = 60 * second;

export const usualSmtpLimits: SmtpLimits = {
  connectionsPerAccount: 10,
  connectionsPerAddress: 10,
  messagesPerConnection: 100,
  recipientsPerMessage: 1_000,
  largestMessageBytes: 30 * mebibyte,
  discardedBytes: 64 * mebibyte,
  connections: 5_000,
  commandBytes: 4_096,
  commandsPerMessage: 100,
  errorsPerConnection: 100,
  loginAttempts: 5,
  loginMs: minute,
  strangerIdleMs: 30 * second,
  idleMs: 5 * minute,
  messageMs: 10 * minute,
  connectionMs: 60 * minute,
};
