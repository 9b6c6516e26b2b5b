import type { EventOf } from "../contracts/message-event.ts";
import { subjectBetween, subjectOf } from "../mail/feedback-headers.ts";
import { type FeedbackReport, readFeedbackReport } from "../mail/feedback-report.ts";
import { soleValue } from "../mail/header-block.ts";
import type { MessageId } from "../messages/message.ts";
import { PosternError } from "../platform/errors.ts";
import { derivedId } from "../platform/ids.ts";

/**
 * The complaint in a mailbox provider's feedback report. Whoever knows a message's id has got the message, or is
 * its sender: the id is what makes a report believable. A message has one complaint, however often and by whom
 * it is reported.
 *
 * @param raw the report's email as it arrived
 * @param now epoch ms
 * @returns undefined for a report that the message is no spam
 * @throws PosternError `invalid_request` where it is no report, or names no message of ours
 */
export function complaintInReport(raw: string, now: number): EventOf<"spam_complaint"> | undefined {
  const report = readFeedbackReport(raw);
  if (report === undefined) throw invalid("report: is no feedback report (RFC 5965)");
  if (report.feedbackType === "not-spam") return undefined;
  const message = messageIn(report);
  if (message === undefined) throw invalid("report: names no message that was sent from here");
  return {
    kind: "spam_complaint",
    eventId: derivedId(message.messageId, "spam_complaint"),
    ...message,
    // A report says when the message arrived, if anything.
    at: now,
    feedbackType: report.feedbackType,
  };
}

function messageIn({ original, to }: FeedbackReport): MessageId | undefined {
  const field = (name: string) => soleValue(original, name) ?? "";
  return (
    subjectOf(field("cfbl-feedback-id")) ??
    subjectBetween(field("feedback-id"), field("cfbl-address")) ??
    subjectBetween(field("feedback-id"), to)
  );
}

function invalid(message: string): PosternError {
  return new PosternError("invalid_request", { messages: [message] });
}
