/** Used up so many percent of the period's emails, or of those beyond. */
export interface UseNews {
  readonly kind: "month_used" | "overage_used";
  readonly percent: 80 | 90 | 100;
  /** Epoch ms; names the period. */
  readonly periodStart: number;
  readonly used: number;
  /** Of which the percentage is: the month's limit, or the overage's. */
  readonly limit: number;
  /** Emails beyond the month's that the account may send. */
  readonly overageCap: number;
  /** It is told only now that the period has ended. */
  readonly isOver?: boolean;
}

export interface TokenNews {
  readonly kind: "token_expiry";
  readonly tokenId: number;
  readonly stage: "30 days" | "3 days" | "expired";
  readonly name: string;
  readonly last4Digits: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export interface DomainNews {
  readonly kind: "domain_state";
  readonly domainId: number;
  readonly name: string;
  readonly state:
    | "unverified_dns"
    | "records_lost"
    | "missing_company_info"
    | "under_review"
    | "awaiting_questionnaire"
    | "awaiting_card_verification"
    | "compliant"
    | "non_compliant"
    | "suspended"
    | "demo_exhausted";
  readonly reasons: readonly string[];
  /** How many states its owner was told before: a state that comes back is news again. */
  readonly turn: number;
}

export interface WebhookNews {
  readonly kind: "webhook_paused";
  readonly webhookId: number;
  /** The host alone stands for the URL, which may hold a password. */
  readonly host: string;
  /** Epoch ms. */
  readonly pausedAt: number;
  readonly retries: number;
  readonly retryMinutes: number;
}

export interface StandingNews {
  readonly kind: "sending_at_risk" | "sending_suspended" | "ban_ahead" | "sending_resumed" | "account_banned";
  /** Names this very change of the account's standing. */
  readonly changeId: string;
  /** As a subject of a sentence: "Your account", "The domain example.com". */
  readonly what: string;
  /** Empty where there is none. */
  readonly reason: string;
  /** Epoch ms of a suspension's end in a ban. */
  readonly banAt?: number | undefined;
  /** Whether the owner has answered already. */
  readonly answered?: boolean | undefined;
}

export interface UserNews {
  readonly kind: "user_joined";
  readonly accessId: number;
  readonly email: string;
}

interface JudgedRate {
  /** As a part of one. */
  readonly rate: number;
  readonly verdict: "good" | "warning" | "critical";
}

/** How a domain's mail is received: a change to critical, or how a week was. */
export interface HealthNews {
  readonly kind: "domain_critical" | "domain_health";
  readonly domainId: number;
  readonly name: string;
  /** Whom it is for; null for the account's owner. */
  readonly recipient: string | null;
  /** Names this very change, or this very week: the epoch ms of either. */
  readonly turn: number;
  /** UTC days, both inclusive, as 2026-11-23. */
  readonly days: { readonly startDate: string; readonly endDate: string };
  readonly counts: Readonly<Record<"sent" | "delivery" | "bounce" | "open" | "click" | "spam", number>>;
  readonly health: {
    readonly bounces: JudgedRate;
    readonly complaints: JudgedRate;
    readonly verdict: JudgedRate["verdict"];
  };
}

export interface PaymentNews {
  readonly kind: "payment_failed";
  readonly planName: string;
  /** Epoch ms from which on the account has the free plan. */
  readonly freeFrom: number;
}

/** Something of which an account's owner is told, as facts. The catalogue of notices has the words. */
export type News =
  | UseNews
  | PaymentNews
  | TokenNews
  | DomainNews
  | WebhookNews
  | StandingNews
  | UserNews
  | HealthNews;

/** Tells accounts' owners. */
export interface Owner {
  /** The same news twice, by whomever and at the same time too, is told once. */
  tell(accountId: number, news: News): Promise<void>;
}

/** What makes news the same: of what, and which time. */
export function identityOf(news: News): readonly (string | number)[] {
  switch (news.kind) {
    case "month_used":
    case "overage_used":
      // A limit that was raised in the middle of a period is reached anew.
      return [news.kind, news.periodStart, news.percent, news.limit];
    case "payment_failed":
      return [news.kind, news.freeFrom];
    case "token_expiry":
      return [news.kind, news.tokenId, news.stage];
    case "domain_state":
      return [news.kind, news.domainId, news.turn, news.state];
    case "domain_critical":
    case "domain_health":
      return [news.kind, news.domainId, news.turn];
    case "webhook_paused":
      return [news.kind, news.webhookId, news.pausedAt];
    case "user_joined":
      return [news.kind, news.accessId];
    default:
      return [news.kind, news.changeId];
  }
}
