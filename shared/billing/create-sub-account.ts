import type { Account } from "../accounts/account.ts";
import type { AccountStore } from "../accounts/account-store.ts";
import type { Organization, OrganizationStore } from "../accounts/organization-store.ts";
import type { Clock } from "../platform/clock.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import type { QuotaStore } from "../quota/quota-store.ts";
import { createAccount } from "./create-account.ts";
import { firstPlan } from "./plans.ts";

export interface CreateSubAccountDeps {
  readonly accounts: AccountStore;
  readonly organizations: Pick<OrganizationStore, "memberWrite">;
  readonly quota: QuotaStore;
  readonly clock: Clock;
}

/**
 * Makes an account of an organization: with the plan of the main account, whose quota it uses.
 *
 * @param alongside what else is to be made with it
 */
export async function createSubAccount(
  deps: CreateSubAccountDeps,
  { id: organizationId, mainAccountId }: Organization,
  { name, ownerEmail }: Pick<Account, "name" | "ownerEmail">,
  alongside: (accountId: number) => Promise<TransactionWrite[]>,
): Promise<Pick<Account, "id" | "name">> {
  const usesQuotaOf = (await deps.quota.holder(mainAccountId)) ?? mainAccountId;
  const planName = (await deps.accounts.get(usesQuotaOf))?.planName ?? firstPlan;
  const wanted = {
    ...{ name, ownerEmail, organizationId, planName, planStart: deps.clock.now(), limits: {} },
    ...{ emailsPerMonth: undefined, emailsPerDay: undefined, usesQuotaOf },
  };
  const { id } = await createAccount(deps, wanted, async (accountId) => [
    deps.organizations.memberWrite(organizationId, { id: accountId, name }),
    ...(await alongside(accountId)),
  ]);
  return { id, name };
}
