import { type Account, type AccountLimits, usualLimits } from "../accounts/account.ts";
import type { AccountStore } from "../accounts/account-store.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import { planNamed, quotaOf } from "./plans.ts";

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
  /** The account whose quota it uses in place of one of its own. */
  usesQuotaOf?: number;
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
  const quotaWrites =
    wanted.usesQuotaOf === undefined
      ? [ownQuota(quota, account.id, wanted)]
      : quota.sharingWrites({ accountId: account.id, holder: wanted.usesQuotaOf });
  await accounts.create(account, [...quotaWrites, ...(await alongside(account.id))]);
  return account;
}

function ownQuota(quota: QuotaStore, accountId: number, wanted: NewAccount): TransactionWrite {
  const usual = quotaOf(planNamed(wanted.planName));
  const { emailsPerMonth = usual.monthLimit, emailsPerDay = usual.dayLimit } = wanted;
  return quota.openingWrite({
    accountId,
    anchor: wanted.planStart,
    plan: { ...usual, monthLimit: emailsPerMonth, dayLimit: emailsPerDay },
  });
}
