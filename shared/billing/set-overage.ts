import { unlimited } from "../quota/quota.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import { plans } from "./plans.ts";

export interface Overage {
  /** Whether emails beyond the month's go out at all. */
  enabled: boolean;
  /** At most so many in a period. */
  cap: number;
  /** In this period. */
  used: number;
  /** US dollars; null where the plan sells none. */
  dollarsPer1000: number | null;
}

type OverageDeps = Pick<QuotaStore, "holder" | "setOverage" | "usage">;

/** What an account has of emails beyond its month's; undefined without a quota. */
export async function overageOf(
  quota: Pick<OverageDeps, "usage">,
  accountId: number,
): Promise<Overage | undefined> {
  const usage = await quota.usage(accountId);
  if (usage === undefined) return undefined;
  const plan = plans.find(({ name }) => name === usage.planName);
  return {
    enabled: usage.overageCap > 0,
    cap: usage.overageCap,
    used: usage.overageUsed,
    dollarsPer1000: plan?.overagePer1000 ?? null,
  };
}

/**
 * Lets an account send beyond its month's limit, or no longer.
 *
 * @param wanted.cap at most so many emails; as many as the plan sells unless given
 * @returns false where there is nothing to set: the plan sells none, or the quota is another account's
 */
export async function setOverage(
  quota: OverageDeps,
  { accountId, enabled, cap = unlimited }: { accountId: number; enabled: boolean; cap?: number | undefined },
): Promise<boolean> {
  if ((await quota.holder(accountId)) !== accountId) return false;
  const overage = await overageOf(quota, accountId);
  if (enabled && overage?.dollarsPer1000 === null) return false;
  await quota.setOverage(accountId, enabled ? cap : 0);
  return true;
}
