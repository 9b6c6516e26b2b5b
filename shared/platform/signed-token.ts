import { createHmac, timingSafeEqual } from "node:crypto";

// RFC 2104 §5: not less than half of the hash, and not less than 80 bits.
export const signatureBytes = 16;
// Far above what any token of ours has; a longer one is not even looked at.
const longestToken = 8_000;

/**
 * Signs what a link says, so that nobody makes one but us. The first byte of what the key signs says of which kind
 * it is.
 *
 * @returns base64url of the content and 128 bits of an HMAC-SHA256 over it
 */
export function signToken(content: Buffer, key: string): string {
  return Buffer.concat([content, signatureOf(content, key)]).toString("base64url");
}

/** What was signed; undefined for what was not signed with this key, or was changed. */
export function readToken(token: string, key: string): Buffer | undefined {
  if (token.length > longestToken) return undefined;
  const bytes = Buffer.from(token, "base64url");
  // Decoders take several spellings for the same bytes; a token has but one.
  if (bytes.length <= signatureBytes || bytes.toString("base64url") !== token) return undefined;
  const content = bytes.subarray(0, -signatureBytes);
  return timingSafeEqual(signatureOf(content, key), bytes.subarray(-signatureBytes)) ? content : undefined;
}

function signatureOf(content: Uint8Array, key: string): Buffer {
  return createHmac("sha256", key).update(content).digest().subarray(0, signatureBytes);
}
