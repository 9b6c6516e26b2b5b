import { type FailPaymentDeps, failPayment } from "../../shared/billing/fail-payment.ts";
import { type RefundDeps, refund } from "../../shared/billing/refund.ts";
import type {
  DiscountAnswer,
  FailedPaymentAnswer,
  RefundAnswer,
} from "../../shared/contracts/operator-answers.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import type { QuotaStore } from "../../shared/quota/quota-store.ts";
import { noAccount } from "./accounts.ts";
import type { ActionOf } from "./actions.ts";

export interface PaymentDeps extends Omit<RefundDeps, "quota">, Omit<FailPaymentDeps, "quota"> {
  readonly quota: QuotaStore;
  readonly clock: Clock;
}

export async function showDiscount({ quota }: PaymentDeps, accountId: number): Promise<DiscountAnswer> {
  await mustPayItself(quota, accountId);
  return { accountId, percent: (await quota.discount(accountId)) ?? 0 };
}

/** @throws PosternError `invalid_request` for an account that another one pays for */
export async function setDiscount(
  deps: PaymentDeps,
  { accountId, percent }: ActionOf<"setDiscount">,
): Promise<DiscountAnswer> {
  await mustPayItself(deps.quota, accountId);
  await deps.quota.setDiscount(accountId, percent);
  return { accountId, percent };
}

/** @throws PosternError as `refund` */
export async function refundPeriod(
  deps: PaymentDeps,
  { accountId, periodStart, reason }: ActionOf<"refund">,
): Promise<RefundAnswer> {
  await mustPayItself(deps.quota, accountId);
  const made = await refund(deps, { accountId, periodStart, reason }, deps.clock.now());
  return {
    ...{ accountId, periodStart: isoTime(periodStart) },
    ...{ refundCents: made.cents, refundedAt: isoTime(made.at), reason: made.reason },
  };
}

/** @throws PosternError as `failPayment` */
export async function noteFailedPayment(
  deps: PaymentDeps,
  { accountId }: ActionOf<"failPayment">,
): Promise<FailedPaymentAnswer> {
  await mustPayItself(deps.quota, accountId);
  const { planName, freeFrom } = await failPayment(deps, accountId);
  return { accountId, planName, freeFrom: isoTime(freeFrom) };
}

async function mustPayItself(quota: QuotaStore, accountId: number): Promise<void> {
  const holder = await quota.holder(accountId);
  if (holder === undefined) throw noAccount(accountId);
  if (holder === accountId) return;
  throw new PosternError("invalid_request", { messages: [`account ${holder} pays for the account`] });
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
