import type { AccountStore } from "../accounts/account-store.ts";
import { PosternError } from "../platform/errors.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import { isUpgrade, planNamed, plans, quotaOf } from "./plans.ts";

export interface ChangePlanDeps {
  accounts: Pick<AccountStore, "getNow" | "setLimits" | "setPlanName" | "followPlan">;
  quota: Pick<QuotaStore, "changePlan" | "holder" | "planNext" | "sharers" | "usage">;
}

/**
 * Puts an account on another plan, together with those that use its quota. A larger plan counts at once, and
 * what it allows more is there at once; a smaller one, or the free one after a cancellation, takes its place
 * when the period ends. The plan that the account has takes back what was planned. Cut off anywhere, the same
 * call again completes it.
 *
 * @returns the plan, and from when on it is the account's (epoch ms) if that is not at once
 * @throws PosternError `not_found` without such an account, `invalid_request` without such a plan or for an
 * account that uses another's quota
 */
export async function changePlan(
  deps: ChangePlanDeps,
  { accountId, planName }: { accountId: number; planName: string },
): Promise<{ planName: string; from?: number }> {
  const plan = planNamed(planName);
  const holder = await deps.quota.holder(accountId);
  const usage = await deps.quota.usage(accountId);
  if (holder === undefined || usage === undefined) throw new PosternError("not_found");
  if (holder !== accountId) {
    throw new PosternError("invalid_request", {
      messages: [`the account has the plan of account ${holder}`],
    });
  }
  const present = plans.find(({ name }) => name === usage.planName);
  if (present !== undefined && present.name !== plan.name && !isUpgrade(present, plan)) {
    await deps.quota.planNext(accountId, quotaOf(plan));
    return { planName: plan.name, from: usage.periodEnd };
  }
  await deps.quota.changePlan(accountId, quotaOf(plan));
  await followPlan(deps, accountId, { notedAlready: true });
  return { planName: plan.name };
}

/**
 * Gives an account, and those that use its quota, what else its plan allows, as soon as its quota is on
 * another plan. An hourly limit that was raised for an account alone stays; otherwise it is the new plan's. Their
 * audit logs have it.
 *
 * @param notedAlready whoever asked for it notes it in the account's own
 */
export async function followPlan(
  deps: ChangePlanDeps,
  accountId: number,
  { notedAlready = false }: { readonly notedAlready?: boolean } = {},
): Promise<void> {
  const { accounts, quota } = deps;
  const usage = await quota.usage(accountId);
  const plan = plans.find(({ name }) => name === usage?.planName);
  if (plan === undefined) return;
  for (const id of [accountId, ...(await quota.sharers(accountId))]) {
    const account = await accounts.getNow(id);
    if (account === undefined || account.planName === plan.name) continue;
    const before = plans.find(({ name }) => name === account.planName);
    if (account.limits.emailsPerHour === before?.emailsPerHour) {
      await accounts.setLimits(id, { emailsPerHour: plan.emailsPerHour });
    }
    // Last, since it is by the old name that a repeated call knows what the old plan allowed.
    if (notedAlready && id === accountId) await accounts.setPlanName(id, plan.name);
    else await accounts.followPlan(id, { from: account.planName, to: plan.name });
  }
}
