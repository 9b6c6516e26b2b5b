import { readToken, signToken } from "../platform/signed-token.ts";
import { headBytes, headOf, letterOf, messageIn, type OfMessage } from "./token-head.ts";

const letter = "r";
const timeBytes = 6;

/** Leads whoever has it to a message as it was sent, for a while. */
export interface CopyLink extends OfMessage {
  /** Epoch ms. */
  readonly until: number;
}

/** A token for a link to a message as it was sent. */
export function signCopyLink(link: CopyLink, key: string): string {
  const until = Buffer.alloc(timeBytes);
  until.writeUIntBE(link.until, 0, timeBytes);
  return signToken(Buffer.concat([headOf(letter, link), until]), key);
}

/**
 * Which message a token leads to.
 *
 * @param now epoch ms
 * @returns undefined for a token that is over, changed, signed with another key, or of another kind
 */
export function readCopyLink(token: string, key: string, now: number): OfMessage | undefined {
  const content = readToken(token, key);
  if (content?.length !== headBytes + timeBytes || letterOf(content) !== letter) return undefined;
  return now < content.readUIntBE(headBytes, timeBytes) ? messageIn(content) : undefined;
}
