import * as z from "zod";
import { environmentNames } from "../contracts/environment-names.ts";
import { type Plan, plansSchema } from "../contracts/plan.ts";
import { readEnvironment } from "../platform/environment.ts";
import { PosternError } from "../platform/errors.ts";
import { type QuotaPlan, unlimited } from "../quota/quota.ts";

export { firstPlan, type Plan } from "../contracts/plan.ts";

const free = {
  family: "free",
  emailsPerDay: 150,
  emailsPerHour: 150,
  overagePer1000: null,
  users: 1,
  domains: 1,
  logDays: 3,
};
const basic = {
  family: "basic",
  emailsPerDay: unlimited,
  emailsPerHour: 600,
  overagePer1000: 1,
  users: 3,
  domains: 5,
  logDays: 5,
};
const business = {
  family: "business",
  emailsPerDay: unlimited,
  emailsPerHour: 800,
  overagePer1000: 0.88,
  users: 100,
  domains: 100,
  logDays: 15,
};
const enterprise = {
  family: "enterprise",
  emailsPerDay: unlimited,
  emailsPerHour: 800,
  overagePer1000: 0.55,
  users: unlimited,
  domains: unlimited,
  logDays: 30,
};

/** The plans as data. Only these numbers say what a plan allows, unless the operator has replaced them. */
export const usualPlans: readonly Plan[] = plansSchema.parse([
  { name: "free", ...free, emailsPerMonth: 4_000, dollarsPerMonth: 0 },
  { name: "basic-10k", ...basic, emailsPerMonth: 10_000, dollarsPerMonth: 15 },
  { name: "basic-50k", ...basic, emailsPerMonth: 50_000, dollarsPerMonth: 20 },
  { name: "basic-100k", ...basic, emailsPerMonth: 100_000, dollarsPerMonth: 30 },
  { name: "business-100k", ...business, emailsPerMonth: 100_000, dollarsPerMonth: 85 },
  { name: "business-250k", ...business, emailsPerMonth: 250_000, dollarsPerMonth: 200 },
  { name: "business-500k", ...business, emailsPerMonth: 500_000, dollarsPerMonth: 300 },
  { name: "business-750k", ...business, emailsPerMonth: 750_000, dollarsPerMonth: 450 },
  { name: "enterprise-1.5m", ...enterprise, emailsPerMonth: 1_500_000, dollarsPerMonth: 750 },
  { name: "enterprise-2.5m", ...enterprise, emailsPerMonth: 2_500_000, dollarsPerMonth: 1_250 },
]);

/** The plans there are: the operator's own, if the environment tells of them. */
export const plans: readonly Plan[] = operatorsPlans() ?? usualPlans;

function operatorsPlans(): readonly Plan[] | undefined {
  const { PLANS } = readEnvironment({ [environmentNames.plans]: z.string().optional() });
  return PLANS === undefined ? undefined : plansSchema.parse(JSON.parse(PLANS));
}

/** @throws PosternError `invalid_request` that lists the plans there are */
export function planNamed(name: string): Plan {
  const plan = plans.find((candidate) => candidate.name === name);
  if (plan) return plan;
  const names = plans.map((known) => known.name).join(", ");
  throw new PosternError("invalid_request", { messages: [`no such plan; there are: ${names}`] });
}

/** Whether one plan is more than another: it costs more, or allows more for the same price. */
export function isUpgrade(from: Plan, to: Plan): boolean {
  return to.dollarsPerMonth === from.dollarsPerMonth
    ? to.emailsPerMonth > from.emailsPerMonth
    : to.dollarsPerMonth > from.dollarsPerMonth;
}

/** A plan, as the quota counts it. */
export function quotaOf(plan: Plan): QuotaPlan {
  const { name, emailsPerMonth, emailsPerDay, dollarsPerMonth, overagePer1000 } = plan;
  return {
    ...{ name, monthLimit: emailsPerMonth, dayLimit: emailsPerDay },
    mostOverage: overagePer1000 === null ? 0 : (plan.mostOverage ?? emailsPerMonth),
    price: {
      cents: Math.round(dollarsPerMonth * 100),
      overageCentsPer1000: (overagePer1000 ?? 0) * 100,
    },
  };
}
