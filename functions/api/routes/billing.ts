import * as z from "zod";
import type { Account } from "../../../shared/accounts/account.ts";
import { auditNote } from "../../../shared/accounts/audit.ts";
import { type Overage, overageOf, setOverage } from "../../../shared/billing/set-overage.ts";
import { type Statement, statementOf } from "../../../shared/billing/statement.ts";
import { PosternError } from "../../../shared/platform/errors.ts";
import type { QuotaStore } from "../../../shared/quota/quota-store.ts";
import { fieldErrors } from "../door/errors.ts";
import { type ApiRoute, route } from "../door/route.ts";

export interface BillingDeps {
  readonly quota: Pick<QuotaStore, "closedPeriods" | "holder" | "setOverage" | "usage">;
}

const topic = "Billing";
const emails = z.number().int();
const counted = z.object({ current: emails, limit: emails });
const plan = z.object({ name: z.string() });

const usageSchema = z
  .object({
    billing: z.object({ cycle_start: z.iso.datetime(), cycle_end: z.iso.datetime() }),
    testing: z.object({
      plan,
      usage: z.object({ sent_messages_count: counted, forwarded_messages_count: counted }),
    }),
    sending: z.object({ plan, usage: z.object({ sent_messages_count: counted }) }),
  })
  .meta({ id: "BillingUsage" });

const overageSchema = z
  .object({
    enabled: z.boolean(),
    /** At most so many emails beyond the month's in a period; 0 while none go out. */
    cap: emails,
    used: emails,
    /** US dollars; null where the plan sells none. */
    price_per_1000: z.number().nullable(),
  })
  .meta({ id: "Overage" });

const statementSchema = z
  .object({
    period_start: z.iso.datetime(),
    period_end: z.iso.datetime(),
    plan: z.string(),
    emails,
    included: emails,
    overage: emails,
    /** US cents. */
    plan_amount: z.number().int(),
    /** What the account's discount takes off the plans. */
    discount_amount: z.number().int(),
    overage_amount: z.number().int(),
    /** What was given back later. */
    refund_amount: z.number().int(),
    /** What is left of all this. */
    total_amount: z.number().int(),
    currency: z.literal("USD"),
  })
  .meta({ id: "BillingStatement" });

/** What an account uses of its plan, what it has paid for, and emails beyond the month's. */
export function billingRoutes({ quota }: BillingDeps): ApiRoute[] {
  return [usageRoute(quota), statementsRoute(quota), ...overageRoutes(quota)];
}

function usageRoute(quota: BillingDeps["quota"]): ApiRoute {
  return route({
    ...{ method: "GET", path: "/billing/usage", topic, access: "account viewer" },
    summary: "What the account has used of its plan in this billing period",
    responses: { 200: usageSchema },
    async handle({ account }) {
      const usage = await quota.usage(account.id);
      if (usage === undefined) throw new PosternError("not_found");
      const sent = { current: usage.used, limit: usage.monthLimit };
      // Emails are not tested here; clients want the block nevertheless.
      const none = { current: 0, limit: 0 };
      const body = {
        billing: { cycle_start: isoTime(usage.periodStart), cycle_end: isoTime(usage.periodEnd) },
        testing: {
          plan: { name: "none" },
          usage: { sent_messages_count: none, forwarded_messages_count: none },
        },
        sending: { plan: { name: usage.planName }, usage: { sent_messages_count: sent } },
      };
      return { status: 200, body };
    },
  });
}

function statementsRoute(quota: BillingDeps["quota"]): ApiRoute {
  return route({
    ...{ method: "GET", path: "/billing/statements", topic, access: "account viewer", isExtension: true },
    summary: "What past billing periods cost, the latest first",
    responses: { 200: z.array(statementSchema) },
    async handle({ account }) {
      const periods = await quota.closedPeriods(account.id);
      return { status: 200, body: periods.map((period) => shownStatement(statementOf(period))) };
    },
  });
}

function overageRoutes(quota: BillingDeps["quota"]): ApiRoute[] {
  const usual = {
    path: "/billing/overage",
    topic,
    isExtension: true,
    responses: { 200: overageSchema },
  } as const;
  return [
    route({
      ...{ ...usual, method: "GET", access: "account viewer" },
      summary: "Whether emails beyond the month's limit go out, how many at most, and at what price",
      handle: async ({ account }) => ({
        status: 200,
        body: shownOverage(await knownOverage(quota, account)),
      }),
    }),
    route({
      ...{ ...usual, method: "PATCH", access: "account admin" },
      summary: "Let emails beyond the month's limit go out, at the plan's price, or no longer",
      body: z.object({ enabled: z.boolean(), cap: z.number().int().positive().optional() }),
      async handle({ account, body }) {
        const before = await knownOverage(quota, account);
        if (!(await setOverage(quota, { accountId: account.id, ...body }))) {
          throw fieldErrors({ enabled: ["is not possible with the account's plan"] });
        }
        const after = await knownOverage(quota, account);
        const changes = { before: shownOverage(before), after: shownOverage(after) };
        const audit = auditNote({ type: "account", verb: "overage_changed", id: account.id, ...changes });
        return { status: 200, body: shownOverage(after), audit };
      },
    }),
  ];
}

async function knownOverage(quota: BillingDeps["quota"], { id }: Account): Promise<Overage> {
  const overage = await overageOf(quota, id);
  if (overage === undefined) throw new PosternError("not_found");
  return overage;
}

function shownOverage({ enabled, cap, used, dollarsPer1000 }: Overage) {
  return { enabled, cap, used, price_per_1000: dollarsPer1000 };
}

function shownStatement(statement: Statement): z.input<typeof statementSchema> {
  const { periodStart, periodEnd, planName, emails, included, overage } = statement;
  return {
    ...{ period_start: isoTime(periodStart), period_end: isoTime(periodEnd), plan: planName },
    ...{ emails, included, overage },
    plan_amount: statement.planCents,
    discount_amount: statement.discountCents,
    overage_amount: statement.overageCents,
    refund_amount: statement.refundCents,
    total_amount: statement.totalCents,
    currency: "USD",
  };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
