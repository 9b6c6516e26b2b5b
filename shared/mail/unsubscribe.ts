import { trimmedEnd } from "./transfer-encoding.ts";

/** What customers write where the recipient's own unsubscribe link belongs. */
const placeholder = "__unsubscribe_url__";

export interface Bodies {
  readonly text?: string | undefined;
  readonly html?: string | undefined;
}

export function asksForUnsubscribeLink({ text, html }: Bodies): boolean {
  return [text, html].some((body) => body?.includes(placeholder));
}

/**
 * Writes a recipient's unsubscribe link into the bodies: in place of every placeholder and, where a footer
 * is wanted, at the end of each body that has no placeholder, and no other unsubscribe link in its HTML.
 *
 * @param url without characters that mean something in HTML
 */
export function withUnsubscribeLink({ text, html }: Bodies, url: string, wants: { footer: boolean }): Bodies {
  return {
    text: text && linkedBody("plain", text, url, wants),
    html: html && linkedBody("html", html, url, wants),
  };
}

/** The same for one body, in whatever charset: of texts with one character per byte none but ASCII changes. */
export function linkedBody(
  kind: "plain" | "html",
  body: string,
  url: string,
  { footer }: { footer: boolean },
): string {
  if (body.includes(placeholder)) return body.replaceAll(placeholder, () => url);
  if (!footer || (kind === "html" && hasUnsubscribeLink(body))) return body;
  return kind === "html" ? appendToHtml(body, url) : appendToText(body, url);
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
function hasUnsubscribeLink(html: string): boolean {
  const links = html.match(/<a\s[^<>]*>[^<>]*/gi) ?? [];
  return links.some((link) => /\shref\s*=/i.test(link) && /unsubscribe/i.test(link));
}

function appendToText(text: string, url: string): string {
  return `${trimmedEnd(text)}\r\n\r\nUnsubscribe: ${url}\r\n`;
}

/**
 * Before the end of the body element where there is one: what follows it, some programs drop. In a line of
 * its own, since a line of mail has its limit (RFC 5322 §2.1.1).
 */
function appendToHtml(html: string, url: string): string {
  const footer = `<p style="text-align:center;font-size:12px"><a href="${url}">Unsubscribe</a></p>`;
  const end = [...html.matchAll(/<\/body\s*>/gi)].at(-1)?.index ?? html.length;
  return `${html.slice(0, end)}\r\n${footer}\r\n${html.slice(end)}`;
}
