/**
 * `Feedback-ID` for Gmail's feedback loop: up to four fields from the most particular to the sender,
 * whose own identifier comes last and never changes (support.google.com/mail/answer/6254652).
 */
export function feedbackId(of: { category?: string | undefined; accountId: number; stream: string }): string {
  const category = of.category && `${of.category.replace(/[^A-Za-z0-9_.-]+/g, "_").slice(0, 64)}`;
  return [category, of.accountId, of.stream, "postern"].filter(Boolean).join(":");
}

/**
 * `CFBL-Address`: where complaints about this email are taken (RFC 9477 §3.1), as abuse reports
 * (RFC 5965). It counts only under a DKIM signature that covers it.
 */
export function complaintAddress(messageId: string, mailHost: string): string {
  return `fbl+${messageId}@${mailHost}; report=arf`;
}
