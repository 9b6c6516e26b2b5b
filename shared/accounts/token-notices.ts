import type { TokenNews } from "../platform/notice.ts";
import type { Token } from "./token.ts";
import { forgottenAt } from "./token-rules.ts";

const dayMs = 86_400_000;

/** What the owner of a token is told ahead of its end, and then. */
export type TokenNotice = TokenNews["stage"];

interface DueNotice {
  readonly notice: TokenNotice;
  /** Epoch ms. */
  readonly at: number;
}

/** The notices of a token, in their order. One that was reset needs none ahead: its successor is known. */
function noticesOf({ expiresAt, createdAt = 0, resetAt }: Token): DueNotice[] {
  if (expiresAt === null) return [];
  const end: DueNotice = { notice: "expired", at: expiresAt };
  if (resetAt !== undefined) return [end];
  const life = expiresAt - createdAt;
  return [
    ...(life >= 180 * dayMs ? [{ notice: "30 days" as const, at: expiresAt - 30 * dayMs }] : []),
    ...(life > 3 * dayMs ? [{ notice: "3 days" as const, at: expiresAt - 3 * dayMs }] : []),
    end,
  ];
}

/** What is to be done about a token now, and when it is to be looked at next. */
export interface TokenOutlook {
  /** Told now; of several that are due the last says all. */
  readonly tell: TokenNotice | undefined;
  /** Epoch ms at which it ended, if nobody has noted that yet. */
  readonly endedAt: number | undefined;
  /** All that need not be told any more. */
  readonly told: readonly TokenNotice[];
  /** Its time on the list is over. */
  readonly forget: boolean;
  /** Epoch ms; undefined for never. */
  readonly nextAt: number | undefined;
}

export function outlookOf(token: Token, now: number): TokenOutlook {
  const notices = noticesOf(token);
  const due = notices.filter(({ at }) => at <= now);
  const last = due.at(-1);
  const isNew = last !== undefined && !token.told.includes(last.notice);
  const end = forgottenAt(token);
  return {
    tell: isNew && token.resetAt === undefined ? last.notice : undefined,
    endedAt: isNew && last.notice === "expired" ? last.at : undefined,
    told: due.map(({ notice }) => notice),
    forget: end !== null && end <= now,
    nextAt: notices.find(({ at }) => at > now)?.at ?? end ?? undefined,
  };
}

/** What an account's owner is told of a token; he knows it by what lists show of it. */
export function newsOfToken(token: Token, stage: TokenNotice, now: number): TokenNews {
  const { id: tokenId, name, last4Digits, expiresAt } = token;
  return { kind: "token_expiry", tokenId, stage, name, last4Digits, expiresAt: expiresAt ?? now };
}
