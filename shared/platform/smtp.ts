import { catalogue, type PosternError } from "./errors.ts";

/** A reply of an SMTP server: its code, and its text led by the enhanced status code (RFC 2034). */
export interface SmtpReply {
  readonly code: number;
  readonly text: string;
}

/** An error as the SMTP door words it: the catalogue's text unless the error says what is wrong. */
export function smtpReply({ code, messages }: PosternError): SmtpReply {
  const entry = catalogue[code];
  const [reply, enhanced] = entry.smtp;
  const saysMore = messages.length > 0 && messages[0] !== entry.text;
  const text = saysMore ? messages.join("; ") : "smtpText" in entry ? entry.smtpText : entry.text;
  return { code: reply, text: `${enhanced} ${text}` };
}
