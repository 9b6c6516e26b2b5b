import { meaningOfReply } from "../mail/smtp-reply.ts";
import { replyIn } from "./bounce-category.ts";
import type { Outcome } from "./outcome.ts";

type Failure = Exclude<Outcome, { kind: "accepted" }>;

/** What is read of nodemailer's errors. */
interface SmtpError {
  readonly message: string;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
}

/** These come before any message is offered. */
const beforeMessage = new Set(["EAUTH", "EDNS", "ENOAUTH", "EOAUTH2", "EPROXY", "ETLS"]);
/** nodemailer's own words where it gives no code of its own: the server had not even greeted. */
const beforeGreeting = new Set(["Connection timeout", "Greeting never received"]);
/** Login or TLS is missing or not good enough (RFC 4954 §6, RFC 3207 §4), whatever the command was. */
const loginReplies = new Set([530, 534, 535, 538]);
const greetingCommands = new Set(["CONN", "EHLO", "HELO", "LHLO", "STARTTLS"]);

/**
 * What an SMTP failure says about the message: the server's reply where there is one, else how far the
 * conversation surely had not come. A connection lost later may have carried the message: the repeat
 * bears the same Message-ID.
 *
 * @param server `relay`: trouble before the message was offered is the route's, and all messages would
 * meet it. `recipient`: it concerns that one server
 */
export function outcomeOfSmtpError(thrown: unknown, server: "relay" | "recipient"): Failure {
  const error: SmtpError = thrown instanceof Error ? thrown : { message: String(thrown) };
  const reason = String(error.response ?? error.message).slice(0, 500);
  const reply = replyIn(reason);
  if (wasBeforeMessage(error)) {
    return server === "relay" ? { kind: "sick", reason, widely: true } : { kind: "temporary", reason, reply };
  }
  if (server === "relay" && loginReplies.has(Number(error.responseCode))) {
    return { kind: "sick", reason, widely: true };
  }
  if (typeof error.responseCode !== "number") {
    const lost = { kind: "temporary", reason, mayHaveLeft: true } as const;
    return server === "relay" ? lost : { ...lost, reply };
  }
  const meaning = meaningOfReply(error.responseCode, reason);
  return { kind: meaning === "permanent" ? "refused" : "temporary", reason, reply };
}

function wasBeforeMessage({ code, syscall, command, message, responseCode }: SmtpError): boolean {
  return (
    beforeMessage.has(String(code)) ||
    syscall === "connect" ||
    beforeGreeting.has(message) ||
    (typeof responseCode === "number" && greetingCommands.has(String(command)))
  );
}
