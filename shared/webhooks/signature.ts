import { createHmac, randomBytes } from "node:crypto";

/** The header field of a call that holds its signature. */
export const signatureHeader = "Mailtrap-Signature";

/** A new signing secret: 32 hex digits, 128 random bits. */
export function newSigningSecret(): string {
  return randomBytes(16).toString("hex");
}

/**
 * The signature of a body: HMAC-SHA256 in 64 lower-case hex digits. The key is the secret's text, not the
 * bytes that its digits stand for.
 */
export function signatureOf(body: string, signingSecret: string): string {
  return createHmac("sha256", signingSecret).update(body).digest("hex");
}
