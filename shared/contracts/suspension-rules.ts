import * as z from "zod";

const rate = z.number().positive().max(1);

/** From when on a stream's bad mail is warned of, and suspends it. */
export const suspensionRulesSchema = z
  .strictObject({
    /** Over so many UTC days, today included. */
    days: z.number().int().min(1).max(30).default(7),
    /** Fewer emails than that say nothing. */
    leastSent: z.number().int().min(1).default(1_000),
    /** Of what was sent. */
    bounceWarning: rate.default(0.02),
    bounceSuspension: rate.default(0.05),
    /** Of what was delivered. */
    complaintWarning: rate.default(0.0008),
    complaintSuspension: rate.default(0.001),
    /** Between the first warning and a suspension. */
    warningMinutes: z.number().int().min(0).default(60),
  })
  .refine((rules) => rules.bounceWarning <= rules.bounceSuspension, {
    path: ["bounceWarning"],
    error: "must not be above bounceSuspension",
  })
  .refine((rules) => rules.complaintWarning <= rules.complaintSuspension, {
    path: ["complaintWarning"],
    error: "must not be above complaintSuspension",
  });

export type SuspensionRules = z.infer<typeof suspensionRulesSchema>;
