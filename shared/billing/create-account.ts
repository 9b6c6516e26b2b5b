import { type Account, type AccountLimits, usualLimits } from "../accounts/account.ts";
import type { AccountStore } from "../accounts/account-store.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import { quotaOf } from "./change-plan.ts";
import { planNamed } from "./plans.ts";

export interface NewAccount {
  name: string;
  ownerEmail: string;
  /** The organization that it is to be one of. */
  organizationId?: number;
  planName: string;
  /** Epoch ms; billing periods are its monthly anniversaries. */
  planStart: number;
  /** What differs from the usual and from the plan. */
  limits: Partial<AccountLimits>;
  emailsPerMonth: number | undefined;
  emailsPerDay: number | undefined;
}

/**
 * Makes an account together with its quota, or neither.
 *
 * @param alongside what else is to be made with it
 * @throws PosternError `invalid_request` without such a plan
 */
export async function createAccount(
  { accounts, quota }: { accounts: AccountStore; quota: QuotaStore },
  wanted: NewAccount,
  alongside: (accountId: number) => Promise<TransactionWrite[]> = async () => [],
): Promise<Account> {
  const plan = planNamed(wanted.planName);
  const account: Account = {
    id: await accounts.nextId(),
    name: wanted.name,
    ownerEmail: wanted.ownerEmail,
    ...(wanted.organizationId !== undefined && { organizationId: wanted.organizationId }),
    status: "active",
    planName: plan.name,
    limits: { ...usualLimits, emailsPerHour: plan.emailsPerHour, ...wanted.limits },
  };
  const usual = quotaOf(plan);
  const opening = quota.openingWrite({
    accountId: account.id,
    anchor: wanted.planStart,
    plan: {
      name: plan.name,
      monthLimit: wanted.emailsPerMonth ?? usual.monthLimit,
      dayLimit: wanted.emailsPerDay ?? usual.dayLimit,
    },
  });
  await accounts.create(account, [opening, ...(await alongside(account.id))]);
  return account;
}
