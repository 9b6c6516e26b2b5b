import * as z from "zod";

/** What was given back of a period's price. */
export const refundSchema = z.object({
  /** US cents. */
  cents: z.number().int().positive(),
  /** Epoch ms. */
  at: z.number().int(),
  reason: z.string().optional(),
});

export type Refund = z.infer<typeof refundSchema>;

/** A billing period that is over, as it is kept. */
export const closedPeriodSchema = z.object({
  accountId: z.number().int(),
  planName: z.string(),
  /** Epoch ms. */
  periodStart: z.number().int(),
  periodEnd: z.number().int(),
  monthLimit: z.number().int(),
  overageCap: z.number().int().default(0),
  /** Less by what is given back later. */
  used: z.number().int(),
  /** US cents that the plans of the period cost, each for its part of it. */
  planCents: z.number().int().default(0),
  overageCentsPer1000: z.number().default(0),
  /** Of what the plans cost. */
  discountPercent: z.number().int().default(0),
  refund: refundSchema.optional(),
});

export type ClosedPeriod = z.infer<typeof closedPeriodSchema>;
