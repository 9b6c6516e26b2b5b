import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";

/** 10 may look, 100 may change and send. */
export const accessLevelSchema = z.union([z.literal(10), z.literal(100)]);

export const tokenSchema = z.object({
  id: z.number().int(),
  accountId: z.number().int(),
  name: z.string(),
  last4Digits: z.string(),
  /** Epoch ms; null never expires. */
  expiresAt: z.number().nullable(),
  resources: z.array(
    z.object({
      resourceType: z.enum(["account", "domain", "organization"]),
      resourceId: z.number().int(),
      accessLevel: accessLevelSchema,
    }),
  ),
  /** The name of the user or token that made it. */
  createdBy: z.string().default("System"),
  /** Epoch ms. */
  createdAt: z.number().optional(),
  /** Epoch ms at which another took its place; it ends soon after. */
  resetAt: z.number().optional(),
  /** Set for a token that acts for a user: it may then whatever he may, and has no resources itself. */
  accessId: z.number().int().optional(),
  /** The notices of its end that its owner has had. */
  told: z.array(z.string()).default([]),
});

export type Token = z.infer<typeof tokenSchema>;
export type TokenResource = Token["resources"][number];

const secretPattern = /^[0-9a-f]{32}$/;

/** A new token secret: 32 hex digits, 128 random bits. */
export function newSecret(): string {
  return randomBytes(16).toString("hex");
}

/** False for what no token can be, so that nobody need look it up. */
export function looksLikeSecret(text: string): boolean {
  return secretPattern.test(text);
}

/**
 * The form in which a secret is kept and looked up. A plain hash suffices: 128 random bits cannot be
 * guessed from it. And as only hashes are ever compared, by the index, response times tell nothing.
 */
export function hashOfSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** From its last moment on a token is expired. */
export function isExpired(token: Pick<Token, "expiresAt">, now: number): boolean {
  return token.expiresAt !== null && token.expiresAt <= now;
}
