import * as z from "zod";
import { dayMs, dayOf, startOfDay } from "./periods.ts";
import type { Crossing } from "./thresholds.ts";

/** Stands for «no limit» where a number is needed; more than anybody sends, and exact in arithmetic. */
export const unlimited = 1_000_000_000_000;

/** At most so many submissions of an account between reservation and confirmation: bounds the item's size. */
export const mostPending = 2_000;

export const priceSchema = z.object({
  /** US cents for a whole period. */
  cents: z.number().nonnegative(),
  /** US cents for each 1,000 emails beyond the month's. */
  overageCentsPer1000: z.number().nonnegative(),
});

export const quotaPlanSchema = z.object({
  name: z.string(),
  /** Emails in a billing period. */
  monthLimit: z.number().int(),
  /** Emails in a UTC day. */
  dayLimit: z.number().int(),
  /** At most so many emails beyond the month's, for accounts that want them; none unless given. */
  mostOverage: z.number().int().nonnegative().optional(),
  /** Nothing unless given. */
  price: priceSchema.optional(),
});

/** What a plan lets an account send, and what it costs. */
export type QuotaPlan = z.infer<typeof quotaPlanSchema>;

export const free = { cents: 0, overageCentsPer1000: 0 } as const;

/** A submission whose units are reserved and whose end is not confirmed yet. */
export const pendingSchema = z.object({
  /** Units reserved. */
  n: z.number().int().positive(),
  /** Epoch ms: the time by which they were counted, which names their period and day. */
  at: z.number().int(),
  /** Units given back already. */
  released: z.number().int().nonnegative(),
  /** The account that reserved them, where it is not the quota's own. */
  by: z.number().int().optional(),
});

export const quotaSchema = z.object({
  accountId: z.number().int(),
  planName: z.string(),
  monthLimit: z.number().int(),
  dayLimit: z.number().int(),
  /** Units that may still be reserved in the period, overage included; below zero after a smaller limit. */
  remaining: z.number().int(),
  /** Of these, so many lie beyond the month's. */
  overageCap: z.number().int().default(0),
  /** What the account has asked for; `overageCap` is as much of it as its plan sells. */
  overageWish: z.number().int().default(0),
  mostOverage: z.number().int().default(0),
  price: priceSchema.default(free),
  /** What earlier plans of this period cost, for their part of it. */
  accruedCents: z.number().default(0),
  /** Of what plans cost; the one that holds when a period ends counts for all of it. */
  discountPercent: z.number().int().min(0).max(100).default(0),
  /** Epoch ms: since when the plan is paid in this period. */
  planSince: z.number().int().optional(),
  /** What takes the plan's place when the period ends. */
  nextPlan: quotaPlanSchema.optional(),
  /** How often plan and limits have been changed, so that of two who change them one begins anew. */
  terms: z.number().int().default(0),
  day: z.string(),
  dayRemaining: z.number().int(),
  periodStart: z.number().int(),
  periodEnd: z.number().int(),
  anchor: z.number().int(),
  pending: z.record(z.string(), pendingSchema),
});

export type Pending = z.infer<typeof pendingSchema>;
export type Quota = z.infer<typeof quotaSchema>;

/** What stands in place of a quota for an account that uses another's. */
export const sharedQuotaSchema = z.object({ sharedWith: z.number().int() });

/** Units used of a quota as it is, beyond the month's too. */
export function usedOf({
  monthLimit,
  overageCap,
  remaining,
}: Pick<Quota, "monthLimit" | "overageCap" | "remaining">) {
  return monthLimit + overageCap - remaining;
}

/** A refusal names the tighter limit, so that up to `remaining` emails would have been accepted. */
export type Reservation =
  | {
      ok: true;
      /** Units of an earlier reservation of the same submission, which stands instead of this one. */
      reservedBefore?: number;
      /** What this reservation is the one to have reached of the period's allowance. */
      crossed?: Crossing;
    }
  | { ok: false; limit: "month" | "day"; remaining: number; resetsAt: number };

/** What must happen before a refused reservation is tried again, or how it ends. */
export type Refusal =
  | { kind: "reserved-before"; units: number }
  | { kind: "period-over" }
  | { kind: "day-over" }
  | { kind: "crowded" }
  | { kind: "spent"; reservation: Reservation }
  | { kind: "none" };

/**
 * The time by which an account counts. It never runs backwards: were a machine whose clock is behind to
 * open yesterday again, its allowance would be spent twice.
 */
export function accountTime(quota: Quota, now: number): number {
  return Math.max(now, quota.periodStart, startOfDay(quota.day));
}

/** Why a reservation was refused by an account's quota as it was. */
export function whyRefused(
  quota: Quota,
  { submissionId, count, at }: { submissionId: string; count: number; at: number },
): Refusal {
  const earlier = quota.pending[submissionId];
  if (earlier !== undefined) return { kind: "reserved-before", units: earlier.n };
  if (quota.periodEnd <= at) return { kind: "period-over" };
  if (quota.day !== dayOf(at)) return { kind: "day-over" };
  if (Object.keys(quota.pending).length >= mostPending) return { kind: "crowded" };
  const reservation = fits(quota, count);
  return reservation.ok ? { kind: "none" } : { kind: "spent", reservation };
}

function fits(quota: Quota, count: number): Reservation {
  const { remaining, dayRemaining } = quota;
  if (count <= Math.min(remaining, dayRemaining)) return { ok: true };
  return remaining <= dayRemaining
    ? { ok: false, limit: "month", remaining: Math.max(0, remaining), resetsAt: quota.periodEnd }
    : {
        ok: false,
        limit: "day",
        remaining: Math.max(0, dayRemaining),
        resetsAt: startOfDay(quota.day) + dayMs,
      };
}
