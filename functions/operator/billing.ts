import { type ChangePlanDeps, changePlan } from "../../shared/billing/change-plan.ts";
import { overageOf, setOverage } from "../../shared/billing/set-overage.ts";
import { statementOf } from "../../shared/billing/statement.ts";
import type {
  OverageAnswer,
  PlanAnswer,
  StatementsAnswer,
  UsageAnswer,
} from "../../shared/contracts/operator-answers.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import type { QuotaStore } from "../../shared/quota/quota-store.ts";
import { noAccount, usageOf } from "./accounts.ts";
import type { ActionOf } from "./actions.ts";

export interface BillingDeps extends ChangePlanDeps {
  readonly quota: QuotaStore;
}

export async function usage(
  deps: BillingDeps,
  accountId: number,
): Promise<UsageAnswer & { accountId: number }> {
  const numbers = await usageOf(deps, accountId);
  if (numbers === undefined) throw noAccount(accountId);
  return { accountId, ...numbers };
}

export async function setPlan(deps: BillingDeps, wanted: ActionOf<"setPlan">): Promise<PlanAnswer> {
  const { accountId } = wanted;
  const { planName: before } = await usage(deps, accountId);
  const { planName, from } = await changePlan(deps, wanted);
  return { accountId, before, planName, from: from === undefined ? "now" : isoTime(from) };
}

export async function showOverage(deps: BillingDeps, accountId: number): Promise<OverageAnswer> {
  const overage = await overageOf(deps.quota, accountId);
  if (overage === undefined) throw noAccount(accountId);
  return { accountId, ...overage };
}

/** @throws PosternError `invalid_request` where the plan sells none, or the quota is another account's */
export async function changeOverage(
  deps: BillingDeps,
  wanted: ActionOf<"setOverage">,
): Promise<OverageAnswer> {
  const { accountId } = wanted;
  await showOverage(deps, accountId);
  if (!(await setOverage(deps.quota, wanted))) {
    const holder = await deps.quota.holder(accountId);
    const why =
      holder === accountId
        ? "the account's plan sells none"
        : `the account has the quota of account ${holder}`;
    throw new PosternError("invalid_request", { messages: [`no overage: ${why}`] });
  }
  return await showOverage(deps, accountId);
}

export async function listStatements({ quota }: BillingDeps, accountId: number): Promise<StatementsAnswer> {
  if ((await quota.holder(accountId)) === undefined) throw noAccount(accountId);
  const statements = (await quota.closedPeriods(accountId)).map(statementOf).map((statement) => {
    const { accountId: _its, periodStart, periodEnd, ...rest } = statement;
    return { ...rest, periodStart: isoTime(periodStart), periodEnd: isoTime(periodEnd) };
  });
  return { accountId, statements };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
