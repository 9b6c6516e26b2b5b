/**
 * `Feedback-ID` for Gmail's feedback loop: up to four fields from the most particular to the sender,
 * whose own identifier comes last and never changes (support.google.com/mail/answer/6254652).
 */
export function feedbackId(of: { category?: string | undefined; accountId: number; stream: string }): string {
  const category = of.category && `${of.category.replace(/[^A-Za-z0-9_.-]+/g, "_").slice(0, 64)}`;
  return [category, of.accountId, of.stream, "postern"].filter(Boolean).join(":");
}

interface FeedbackSubject {
  readonly accountId: number;
  readonly messageId: string;
}

/**
 * Where complaints about this email are taken, as abuse reports (RFC 5965), and by what they name it:
 * `CFBL-Address` and `CFBL-Feedback-ID` (RFC 9477 §3). They count only under a DKIM signature that covers them.
 */
export function complaintFields(subject: FeedbackSubject, mailHost: string): Record<string, string> {
  return {
    "CFBL-Address": `fbl+${subject.messageId}@${mailHost}; report=arf`,
    "CFBL-Feedback-ID": `${subject.accountId}.${subject.messageId}`,
  };
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const feedbackSubject = new RegExp(`^(\\d{1,15})\\.(${uuid.source})$`);

/** Which message a `CFBL-Feedback-ID` of ours names. */
export function subjectOf(cfblFeedbackId: string): FeedbackSubject | undefined {
  const [, account, messageId] = feedbackSubject.exec(cfblFeedbackId.trim()) ?? [];
  return account && messageId ? { accountId: Number(account), messageId } : undefined;
}

/**
 * Which message was meant where only the other fields are left of it: the account is in our `Feedback-ID`, the
 * message in the address for complaints.
 */
export function subjectBetween(
  feedbackIdField: string,
  complaintAddress: string,
): FeedbackSubject | undefined {
  const account = /(?:^|:)(\d{1,15}):(?:transactional|bulk):postern$/.exec(feedbackIdField.trim())?.[1];
  const messageId = new RegExp(`fbl\\+(${uuid.source})@`).exec(complaintAddress)?.[1];
  return account && messageId ? { accountId: Number(account), messageId } : undefined;
}
