/** What a reply to SMTP means for the message: never to be tried again, or later. */
export type ReplyMeaning = "permanent" | "temporary";

/**
 * The meaning of a negative reply: permanent only where the basic code (RFC 5321 §4.2.1) says so and the
 * enhanced status code (RFC 3463, led in the text as RFC 2034 has it) does not take it back.
 *
 * @param code the three-digit reply code
 * @param text the whole reply, with or without the code before it
 */
export function meaningOfReply(code: number, text: string): ReplyMeaning {
  const takenBack = enhancedStatus(text)?.startsWith("4.") ?? false;
  return code >= 500 && code < 600 && !takenBack ? "permanent" : "temporary";
}

/** The enhanced status code that leads a reply's text, if any: `5.1.1`. */
export function enhancedStatus(text: string): string | undefined {
  return /^(?:\d{3}[ -])?([245]\.\d{1,3}\.\d{1,3})\b/.exec(text.trim())?.[1];
}
