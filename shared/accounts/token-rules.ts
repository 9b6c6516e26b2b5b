import { PosternError } from "../platform/errors.ts";
import { canSendFrom } from "./permissions.ts";
import { isExpired, type Token } from "./token.ts";

const dayMs = 86_400_000;
const usualLifeMs = 365 * dayMs;
/** How long programs have to take up the token that replaced theirs. */
export const resetGraceMs = 12 * 3_600_000;
/** An expired token is still listed for so long: shorter if it was replaced. */
const listedAfterExpiryMs = 90 * dayMs;
const listedAfterResetMs = dayMs;
const longestName = 255;

/**
 * When a token ends, by what was asked for.
 *
 * @param wanted epoch ms; null for never; undefined for the usual year
 * @returns epoch ms, or null
 * @throws PosternError `validation_failed` for a time that is past or more than five years away
 */
export function expiryOf(wanted: number | null | undefined, now: number): number | null {
  if (wanted === undefined) return now + usualLifeMs;
  if (wanted === null) return null;
  if (wanted <= now) throw refused("Expiration date must be in the future");
  if (wanted > inFiveYears(now)) throw refused("Expiration date must be within 5 years");
  return wanted;
}

function inFiveYears(now: number): number {
  const date = new Date(now);
  return date.setUTCFullYear(date.getUTCFullYear() + 5);
}

/** @throws PosternError `validation_failed` for a token that was reset before, or has expired */
export function checkReset(token: Token, now: number): void {
  if (token.resetAt !== undefined) throw alreadyReset();
  if (isExpired(token, now)) throw refused("Token has already expired");
}

/** What a token that was reset ends at: its own end, if that comes first. */
export function endOfReset(token: Token, now: number): number {
  return Math.min(now + resetGraceMs, token.expiresAt ?? Number.POSITIVE_INFINITY);
}

/** The name of the token that takes another's place: the old name with the new id. */
export function nameAfterReset({ name, id }: Pick<Token, "name" | "id">, newId: number): string {
  const own = ` ${id}`;
  const plain = name.endsWith(own) ? name.slice(0, -own.length) : name;
  const suffix = ` ${newId}`;
  return plain.slice(0, longestName - suffix.length) + suffix;
}

/** Epoch ms from which an expired token is not even listed any more; null for one that never expires. */
export function forgottenAt({ expiresAt, resetAt }: Token): number | null {
  if (expiresAt === null) return null;
  return expiresAt + (resetAt === undefined ? listedAfterExpiryMs : listedAfterResetMs);
}

/**
 * Which of some domains nobody could send from without a token. One that was reset or has expired is missed
 * by nobody.
 *
 * @param others the account's other tokens
 */
export function lastOf<Domain extends { readonly id: number }>(
  token: Token,
  others: readonly Token[],
  domains: readonly Domain[],
  now: number,
): Domain[] {
  const isLive = (it: Token) => it.resetAt === undefined && !isExpired(it, now);
  if (!isLive(token)) return [];
  const living = others.filter(isLive);
  return domains.filter(
    ({ id }) => canSendFrom(token, id) && !living.some((other) => canSendFrom(other, id)),
  );
}

export function alreadyReset(): PosternError {
  return refused("Token has already been reset");
}

function refused(message: string): PosternError {
  return new PosternError("validation_failed", { messages: [message], fields: { base: [message] } });
}
