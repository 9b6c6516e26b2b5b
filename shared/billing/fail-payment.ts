import { firstPlan } from "../contracts/plan.ts";
import { PosternError } from "../platform/errors.ts";
import type { Owner } from "../platform/notice.ts";
import { type ChangePlanDeps, changePlan } from "./change-plan.ts";

export interface FailPaymentDeps extends ChangePlanDeps {
  readonly owner: Owner;
}

/**
 * Notes that a payment has failed: the account is on the free plan from the end of its period on, and its owner is
 * told, once for each period. Its own plan, named again, takes the first back.
 *
 * @returns the plan, and from when on (epoch ms) it is the account's no longer
 * @throws PosternError as `changePlan`, and `invalid_request` for an account that pays nothing
 */
export async function failPayment(
  deps: FailPaymentDeps,
  accountId: number,
): Promise<{ planName: string; freeFrom: number }> {
  const usage = await deps.quota.usage(accountId);
  if (usage === undefined) throw new PosternError("not_found");
  const { planName } = usage;
  if (planName === firstPlan) {
    throw new PosternError("invalid_request", { messages: [`the account is on the plan ${firstPlan}`] });
  }
  const { from: freeFrom = usage.periodEnd } = await changePlan(deps, { accountId, planName: firstPlan });
  await deps.owner.tell(accountId, { kind: "payment_failed", planName, freeFrom });
  return { planName, freeFrom };
}
