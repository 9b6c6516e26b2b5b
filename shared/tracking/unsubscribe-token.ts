import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";

/** Which recipient of which message leaves which of an account's streams. */
export interface Unsubscribe {
  readonly accountId: number;
  readonly domainName: string;
  readonly stream: "transactional" | "bulk";
  readonly messageId: string;
  readonly recipient: string;
}

/** What the key signs, and how it is written: tokens for other ends will begin otherwise. */
const kind = "u1";

const contentSchema = z.tuple([
  z.literal(kind),
  z.number().int(),
  z.string(),
  z.enum(["transactional", "bulk"]),
  z.string(),
  z.string(),
]);

// Far above what any token of ours has; a longer one is not even looked at.
const longestToken = 2_000;

/**
 * A token for an unsubscribe link: what it means and an HMAC-SHA256 over it, so that a link works without
 * any look-up and nobody makes one for somebody else. It never expires: RFC 8058 §3.1 and the laws behind
 * it want old links to work.
 *
 * @returns base64url, a dot, base64url
 */
export function signUnsubscribe(of: Unsubscribe, key: string): string {
  const content = [kind, of.accountId, of.domainName, of.stream, of.messageId, of.recipient];
  const text = Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${text}.${signatureOf(text, key).toString("base64url")}`;
}

/** What a token means; undefined for one that was not signed with this key, or was changed. */
export function readUnsubscribe(token: string, key: string): Unsubscribe | undefined {
  if (token.length > longestToken) return undefined;
  const [text = "", signature = "", ...more] = token.split(".");
  if (more.length > 0 || !isSigned(text, signature, key)) return undefined;
  const parsed = contentSchema.safeParse(JSON.parse(Buffer.from(text, "base64url").toString()));
  if (!parsed.success) return undefined;
  const [, accountId, domainName, stream, messageId, recipient] = parsed.data;
  return { accountId, domainName, stream, messageId, recipient };
}

function isSigned(text: string, signature: string, key: string): boolean {
  const expected = Buffer.from(signatureOf(text, key).toString("base64url"));
  const given = Buffer.from(signature);
  // Compared as text: a signature has but one spelling, though base64 decoders accept several.
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function signatureOf(text: string, key: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
