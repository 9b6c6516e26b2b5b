import type { Account } from "../../shared/accounts/account.ts";
import type { AccountListStore, IdPage } from "../../shared/accounts/account-list-store.ts";
import type { AccountStore } from "../../shared/accounts/account-store.ts";
import type {
  AccountsAnswer,
  DomainsAnswer,
  ReviewAnswer,
  ShownAccountAnswer,
  UsageAnswer,
} from "../../shared/contracts/operator-answers.ts";
import type { CompanyInfoStore } from "../../shared/domains/company-info-store.ts";
import type { DomainReviewStore } from "../../shared/domains/domain-review-store.ts";
import type { DomainStore } from "../../shared/domains/domain-store.ts";
import type { SendingDomain } from "../../shared/domains/sending-domain.ts";
import type { HeldStore } from "../../shared/messages/held-store.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import type { QuotaStore } from "../../shared/quota/quota-store.ts";
import { shownStanding } from "./shown-standing.ts";

export interface LookDeps {
  readonly accounts: AccountStore;
  readonly accountList: AccountListStore;
  readonly domains: DomainStore;
  readonly domainReviews: DomainReviewStore;
  readonly companyInfos: CompanyInfoStore;
  readonly quota: QuotaStore;
  readonly held: Pick<HeldStore, "count">;
  readonly clock: Clock;
}

/** Accounts with what they have used, some at a time. */
export async function listAccounts(deps: LookDeps, wanted: IdPage): Promise<AccountsAnswer> {
  const { items, next } = await deps.accountList.accounts(wanted);
  const described = items.map(async (account) => ({
    ...describedAccount(account),
    usage: await usageOf(deps, account.id),
  }));
  return { accounts: await Promise.all(described), next };
}

export async function showAccount(deps: LookDeps, accountId: number): Promise<ShownAccountAnswer> {
  const account = await deps.accounts.getNow(accountId);
  if (account === undefined) throw noAccount(accountId);
  const [usage, domains, held] = await Promise.all([
    usageOf(deps, accountId),
    deps.domains.list(accountId),
    deps.held.count(accountId),
  ]);
  return {
    ...describedAccount(account),
    limits: account.limits,
    usage,
    domains: domains.map(describedDomain),
    standing: shownStanding(account, held, deps.clock.now()),
  };
}

export async function listDomains(deps: LookDeps, accountId: number): Promise<DomainsAnswer> {
  if ((await deps.accounts.get(accountId)) === undefined) throw noAccount(accountId);
  return { domains: (await deps.domains.list(accountId)).map(describedDomain) };
}

/** The domains on which a person has to decide, with what there is to decide by. */
export async function reviewQueue(deps: LookDeps): Promise<ReviewAnswer> {
  const domains = await deps.domainReviews.awaitingDecision();
  const described = domains.map(async (domain) => {
    const company = await deps.companyInfos.get(domain.accountId);
    return {
      ...describedDomain(domain),
      reasons: domain.reviewReasons,
      answers: domain.questionnaire?.answers,
      companyName: company?.name,
      websiteUrl: company?.websiteUrl,
    };
  });
  return { domains: await Promise.all(described) };
}

/** Undefined for an account that has no quota of its own. */
export async function usageOf(
  { quota }: Pick<LookDeps, "quota">,
  accountId: number,
): Promise<UsageAnswer | undefined> {
  const numbers = await quota.usage(accountId);
  if (numbers === undefined) return undefined;
  const { periodStart, periodEnd, ...rest } = numbers;
  return { ...rest, periodStart: isoTime(periodStart), periodEnd: isoTime(periodEnd) };
}

export function noAccount(accountId: number): PosternError {
  return new PosternError("not_found", { messages: [`no account ${accountId}`] });
}

function describedAccount({ id, name, ownerEmail, status, planName, organizationId }: Account) {
  return { accountId: id, name, ownerEmail, status, planName, organizationId };
}

function describedDomain({ accountId, id, name, complianceStatus, createdAt }: SendingDomain) {
  const made = createdAt === undefined ? undefined : isoTime(createdAt);
  return { accountId, domainId: id, domainName: name, complianceStatus, createdAt: made };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
