import * as z from "zod";
import { standingSchema } from "./suspension.ts";

export const accountLimitsSchema = z.object({
  /** General rate limit of each token: requests in a fixed window of 10 seconds. */
  requestsPer10Seconds: z.number().int().positive(),
  /** Emails that go out within one clock hour; the rest waits. */
  emailsPerHour: z.number().int().nonnegative(),
  /** The largest email, attachments included, in bytes. */
  messageBytes: z.number().int().positive(),
  /** SMTP connections at the same time, where the operator has given it others than the usual. */
  smtpConnections: z.number().int().positive().optional(),
  smtpMessagesPerConnection: z.number().int().positive().optional(),
  /** Requests in a minute to routes with a limit of their own, where they are not the usual. */
  statsPerMinute: z.number().int().positive().optional(),
  suppressionsPerMinute: z.number().int().positive().optional(),
  logListsPerMinute: z.number().int().positive().optional(),
  logGetsPerMinute: z.number().int().positive().optional(),
});

export const accountStatusSchema = z.enum(["active", "suspended", "banned"]);

export const accountSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  ownerEmail: z.string(),
  status: accountStatusSchema,
  planName: z.string(),
  limits: accountLimitsSchema,
  /** The organization that it is one of, if any. */
  organizationId: z.number().int().optional(),
  /** Suspensions and what belongs to them; absent for an account that never had one. */
  standing: standingSchema.optional(),
});

export type AccountLimits = z.infer<typeof accountLimitsSchema>;
export type AccountStatus = z.infer<typeof accountStatusSchema>;
export type Account = z.infer<typeof accountSchema>;

/** What an account may do at sign-up; `emailsPerHour` comes from its plan. */
export const usualLimits = {
  requestsPer10Seconds: 150,
  messageBytes: 10 * 1024 * 1024,
} as const satisfies Partial<AccountLimits>;
