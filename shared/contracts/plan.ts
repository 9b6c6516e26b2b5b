import * as z from "zod";

const count = z.number().int().positive();

/** A plan, as the price list has it. «No limit» is 1,000,000,000,000. */
export const planSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/, "must be lower-case letters, digits, dots and dashes"),
  family: z.enum(["free", "basic", "business", "enterprise"]),
  emailsPerMonth: count,
  emailsPerDay: count,
  /** At sign-up; what exceeds it waits for the next hour. */
  emailsPerHour: count,
  dollarsPerMonth: z.number().nonnegative(),
  /** Dollars for each 1,000 emails beyond the month's; null where the month's is the end. */
  overagePer1000: z.number().positive().nullable(),
  /** At most so many emails beyond the month's, where they are sold: as many as the month's unless given. */
  mostOverage: count.optional(),
  users: count,
  domains: count,
  /** Whole UTC days, besides today, of which the message log is shown. */
  logDays: count.max(30),
});

/** The plan with which accounts begin, and to which they come back when they cancel. */
export const firstPlan = "free";

export const plansSchema = z
  .array(planSchema)
  .refine((plans) => new Set(plans.map(({ name }) => name)).size === plans.length, "two plans have one name")
  .refine((plans) => plans.some(({ name }) => name === firstPlan), `one plan must be named ${firstPlan}`);

export type Plan = z.infer<typeof planSchema>;
