import * as z from "zod";
import { PosternError } from "../platform/errors.ts";
import { unlimited } from "../quota/quota.ts";

const count = z.number().int().positive();

export const planSchema = z.object({
  name: z.string(),
  family: z.enum(["free", "basic", "business", "enterprise"]),
  emailsPerMonth: count,
  emailsPerDay: count,
  /** At sign-up; what exceeds it waits for the next hour. */
  emailsPerHour: count,
  dollarsPerMonth: z.number().nonnegative(),
  /** Dollars for each 1,000 emails beyond the month's; null where the month's is the end. */
  overagePer1000: z.number().positive().nullable(),
  users: count,
  domains: count,
  /** Whole UTC days, besides today, of which the message log is shown. */
  logDays: count.max(30),
});

export type Plan = z.infer<typeof planSchema>;

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

/** The plans as data. Only these numbers say what a plan allows; an operator with other plans replaces them. */
export const plans: readonly Plan[] = z.array(planSchema).parse([
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

/** @throws PosternError `invalid_request` that lists the plans there are */
export function planNamed(name: string): Plan {
  const plan = plans.find((candidate) => candidate.name === name);
  if (plan) return plan;
  const names = plans.map((known) => known.name).join(", ");
  throw new PosternError("invalid_request", { messages: [`no such plan; there are: ${names}`] });
}
