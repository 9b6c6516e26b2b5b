/**
 * RFC 5322 §2.1.1 allows 998 characters in a line, and a word cannot be folded: this much leaves room
 * for the longest name before it.
 */
const longestWord = 900;
const longestName = 76;

/** What the service itself writes, or what would tell a mail system something on our behalf. */
const reservedNames = new Set([
  "bcc",
  "cc",
  "content-description",
  "content-disposition",
  "content-id",
  "content-type",
  "date",
  "dkim-signature",
  "feedback-id",
  "from",
  "message-id",
  "mime-version",
  "received",
  "reply-to",
  "return-path",
  "sender",
  "subject",
  "to",
]);

// X-SES-* in a raw message chooses configuration set, tags and identity at Amazon SES: another tenant's,
// if the customer could write them. The others are trace and signature fields of relays.
const reservedPrefixes = ["arc-", "authentication-results", "cfbl-", "resent-", "x-ses-"];

/**
 * Whether a text can stand in a header field without starting another one: no control character but
 * the tab, so neither CR and LF nor NUL.
 */
export function isOneLine(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  return !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text);
}

/** Whether every word of a value is short enough that the value can be folded into lawful lines. */
export function isFoldable(value: string): boolean {
  return value.split(/[ \t]/).every((word) => word.length <= longestWord);
}

/** Whether a text is a field name: RFC 5322 §3.6.8, printable ASCII without the colon. */
export function isFieldName(name: string): boolean {
  return name.length <= longestName && /^[!-9;-~]+$/.test(name) && name !== "__proto__";
}

/** Whether a field is the service's own to write; names are compared without case. */
export function isReservedField(name: string): boolean {
  const lower = name.toLowerCase();
  return reservedNames.has(lower) || reservedPrefixes.some((prefix) => lower.startsWith(prefix));
}
