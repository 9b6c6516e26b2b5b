import type { AccountStore } from "../accounts/account-store.ts";
import { PosternError } from "../platform/errors.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import { type Plan, planNamed, plans } from "./plans.ts";

export interface ChangePlanDeps {
  accounts: AccountStore;
  quota: QuotaStore;
}

/**
 * Puts an account on another plan at once, within its period. An hourly limit that was raised for the
 * account alone stays; otherwise it is the new plan's. Cut off anywhere, the same call again completes it.
 *
 * @throws PosternError `not_found` without such an account, `invalid_request` without such a plan
 */
export async function changePlan(
  { accounts, quota }: ChangePlanDeps,
  { accountId, planName }: { accountId: number; planName: string },
): Promise<void> {
  const plan = planNamed(planName);
  const account = await accounts.get(accountId);
  if (account === undefined) throw new PosternError("not_found");
  const before = plans.find(({ name }) => name === account.planName);
  await quota.changePlan(accountId, quotaOf(plan));
  if (account.limits.emailsPerHour === before?.emailsPerHour) {
    await accounts.setLimits(accountId, { emailsPerHour: plan.emailsPerHour });
  }
  // Last, since it is by the old name that a repeated call knows what the old plan allowed.
  await accounts.setPlanName(accountId, plan.name);
}

/** A plan, as the quota counts it. */
export function quotaOf(plan: Plan): { name: string; monthLimit: number; dayLimit: number } {
  return { name: plan.name, monthLimit: plan.emailsPerMonth, dayLimit: plan.emailsPerDay };
}
