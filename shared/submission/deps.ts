import type { AccountStore } from "../accounts/account-store.ts";
import type { RateLimitStore } from "../accounts/rate-limit-store.ts";
import type { DemoDomainStore } from "../domains/demo-domain-store.ts";
import type { DomainStore } from "../domains/domain-store.ts";
import type { Clock } from "../platform/clock.ts";
import type { Owner } from "../platform/notice.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import type { DeliveryQueueClient } from "./delivery-queue-client.ts";
import type { IdempotencyStore } from "./idempotency-store.ts";
import type { PayloadClient } from "./payload-client.ts";

/** What accepting asks of the message log, which stands above this room. */
export interface MessageLog {
  /** States by message id; a message that the log does not know is missing from the map. */
  statesOf(accountId: number, messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** @returns the ids that are refused now; the others are on their way after all */
  markRefused(accountId: number, messageIds: readonly string[]): Promise<readonly string[]>;
}

/** Everything outside that accepting an email needs. */
export interface AcceptDeps {
  readonly accounts: Pick<AccountStore, "findByToken">;
  readonly rates: RateLimitStore;
  readonly domains: Pick<DomainStore, "find">;
  readonly demoDomains: Pick<DemoDomainStore, "take">;
  readonly quota: Pick<QuotaStore, "usage" | "reserve" | "reserved" | "release" | "finished">;
  readonly messages: MessageLog;
  readonly owner: Owner;
  readonly idempotency: IdempotencyStore;
  readonly payloads: PayloadClient;
  readonly queue: DeliveryQueueClient;
  readonly clock: Clock;
}
