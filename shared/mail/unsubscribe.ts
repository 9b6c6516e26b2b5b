/** What customers write where the recipient's own unsubscribe link belongs. */
export const unsubscribePlaceholder = "__unsubscribe_url__";

export interface Bodies {
  readonly text?: string | undefined;
  readonly html?: string | undefined;
}

export function asksForUnsubscribeLink({ text, html }: Bodies): boolean {
  return [text, html].some((body) => body?.includes(unsubscribePlaceholder));
}

/**
 * The header fields of RFC 2369 §3.2 and RFC 8058 §3.1, by which a mail program offers to unsubscribe
 * with one click. The mail form carries the token in its subject: a local part has but 64 octets.
 */
export function listUnsubscribeHeaders(url: string, token: string, mailHost: string): Record<string, string> {
  return {
    "List-Unsubscribe": `<mailto:unsubscribe@${mailHost}?subject=${token}>, <${url}>`,
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  };
}

/** Whether a link of the customer's own says "unsubscribe", in its address or at the start of its text. */
export function hasUnsubscribeLink(html: string): boolean {
  const links = html.match(/<a\s[^<>]*>[^<>]*/gi) ?? [];
  return links.some((link) => /\shref\s*=/i.test(link) && /unsubscribe/i.test(link));
}
