import mimeFunctions from "nodemailer/lib/mime-funcs/index.js";
import { fieldsOf, type HeaderLine, soleValue } from "./header-block.ts";
import { decodeText, isTransferEncoding } from "./transfer-encoding.ts";

/** A complaint as a mailbox provider reports it (RFC 5965). */
export interface FeedbackReport {
  /** `abuse`, `fraud`, `not-spam` … in lower case. */
  readonly feedbackType: string;
  /** The reported message's header, as much of it as the provider shows. */
  readonly original: readonly HeaderLine[];
  /** To whom the report went: the address for complaints, perhaps. */
  readonly to: string;
}

interface Part {
  readonly fields: readonly HeaderLine[];
  /** The content, decoded; one character per byte. */
  readonly body: string;
}

/**
 * Reads an email with a feedback report: a `multipart/report` whose parts are a text for people, the report
 * itself, and the message or its header.
 *
 * @param raw the email as it arrived
 * @returns undefined where it is no such report
 */
export function readFeedbackReport(raw: string): FeedbackReport | undefined {
  const email = partIn(raw);
  if (typeOf(email).value !== "multipart/report") return undefined;
  const parts = childrenOf(email);
  const report = parts.find((part) => typeOf(part).value === "message/feedback-report");
  const fields = report && fieldsOf(Buffer.from(report.body, "latin1"));
  const feedbackType = fields && soleValue(fields, "feedback-type")?.toLowerCase();
  if (!feedbackType) return undefined;
  const message = parts.find((part) => /^(?:message\/rfc822|text\/rfc822-headers)$/.test(typeOf(part).value));
  return {
    feedbackType,
    original: message ? partIn(message.body.trimStart()).fields : [],
    to: soleValue(email.fields, "to") ?? "",
  };
}

function partIn(text: string): Part {
  const [head = "", ...rest] = text.split(/(\r?\n\r?\n)/);
  const fields = fieldsOf(Buffer.from(head, "latin1"));
  const encoding = (soleValue(fields, "content-transfer-encoding") ?? "7bit").toLowerCase();
  const body = Buffer.from(rest.slice(1).join(""), "latin1");
  return { fields, body: decodeText(body, isTransferEncoding(encoding) ? encoding : "7bit") };
}

function typeOf({ fields }: Part): { value: string; params: Record<string, string> } {
  const { value, params } = mimeFunctions.parseHeaderValue(soleValue(fields, "content-type") ?? "");
  return { value: value.trim().toLowerCase(), params };
}

function childrenOf(part: Part): Part[] {
  const { boundary } = typeOf(part).params;
  if (!boundary) return [];
  // RFC 2046 §5.1.1: what comes before the first delimiter and after the last one is no part.
  const [, ...stretches] = `\n${part.body}`.split(`\n--${boundary}`);
  return stretches
    .filter((stretch) => /^[ \t]*\r?\n/.test(stretch))
    .map((stretch) => partIn(stretch.replace(/^[ \t]*\r?\n/, "")));
}
