import type { Stream } from "../contracts/streams.ts";
import { readToken, signatureBytes, signToken } from "../platform/signed-token.ts";
import { headBytes, headOf, idBytes, letterOf, messageIn, type OfMessage } from "./token-head.ts";

/** The pixel of a message. */
export interface OpenLink extends OfMessage {
  readonly kind: "open";
}

/** A link of a message. */
export interface ClickLink extends OfMessage {
  readonly kind: "click";
  /** As the customer wrote it; `http` or `https`. */
  readonly url: string;
}

/** Which recipient of which message leaves which of an account's streams. */
export interface UnsubscribeLink extends OfMessage {
  readonly kind: "unsubscribe";
  readonly domainId: number;
  readonly domainName: string;
  readonly stream: Stream;
  readonly recipient: string;
}

/** Which recipient of which message wants no mail of a domain tracked. */
export interface OptOutLink extends OfMessage {
  readonly kind: "opt-out";
  readonly domainId: number;
  readonly domainName: string;
  readonly recipient: string;
}

export type TrackingLink = OpenLink | ClickLink | UnsubscribeLink | OptOutLink;

/** The longest target of a link that is tracked, in bytes: with it the link fits every part of the way. */
export const longestTarget = 4_096;

/** The first byte of what the key signs. A kind that changes its form gets another letter. */
const letters = { open: "o", click: "c", unsubscribe: "u", "opt-out": "n" } as const;

/** A token's length, which for a click depends on nothing but its target. */
export function clickTokenLength(url: string): number {
  return base64Length(headBytes + Buffer.byteLength(url) + signatureBytes);
}

/**
 * A token for a link in mail: what it means and 128 bits of an HMAC-SHA256 over it, so that a link works
 * without any look-up and nobody makes one for somebody else, or to anywhere else. It never expires: RFC 8058
 * §3.1 and the laws behind it want old links to work.
 *
 * @returns base64url; 52 characters for a pixel, and for a click four thirds of its target besides
 */
export function signLink(link: TrackingLink, key: string): string {
  return signToken(Buffer.concat([headOf(letters[link.kind], link), tailOf(link)]), key);
}

/** What a token means; undefined for one that was not signed with this key, or was changed. */
export function readLink(token: string, key: string): TrackingLink | undefined {
  const content = readToken(token, key);
  return content && content.length >= headBytes ? meaningOf(content) : undefined;
}

function tailOf(link: TrackingLink): Buffer {
  switch (link.kind) {
    case "open":
      return Buffer.alloc(0);
    case "click":
      return Buffer.from(link.url);
    case "unsubscribe":
      return Buffer.concat([Buffer.from(link.stream === "bulk" ? "b" : "t"), whoOf(link)]);
    case "opt-out":
      return whoOf(link);
  }
}

function whoOf({ domainId, domainName, recipient }: UnsubscribeLink | OptOutLink): Buffer {
  const id = Buffer.alloc(idBytes);
  id.writeUIntBE(domainId, 0, idBytes);
  // A domain's name has no space.
  return Buffer.concat([id, Buffer.from(`${domainName} ${recipient}`)]);
}

/** Of content that we signed, so it has one of our forms, or that of a link to something else. */
function meaningOf(content: Buffer): TrackingLink | undefined {
  const of = messageIn(content);
  const tail = content.subarray(headBytes);
  switch (letterOf(content)) {
    case letters.open:
      return { kind: "open", ...of };
    case letters.click:
      return { kind: "click", ...of, url: tail.toString() };
    case letters.unsubscribe:
      return {
        kind: "unsubscribe",
        ...of,
        stream: tail.toString("latin1", 0, 1) === "b" ? "bulk" : "transactional",
        ...readWho(tail.subarray(1)),
      };
    case letters["opt-out"]:
      return { kind: "opt-out", ...of, ...readWho(tail) };
    default:
      return undefined;
  }
}

function readWho(bytes: Buffer): Pick<OptOutLink, "domainId" | "domainName" | "recipient"> {
  const text = bytes.toString("utf8", idBytes);
  const space = text.indexOf(" ");
  return {
    domainId: bytes.readUIntBE(0, idBytes),
    domainName: text.slice(0, space),
    recipient: text.slice(space + 1),
  };
}

function base64Length(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}
