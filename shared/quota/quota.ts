import * as z from "zod";
import { dayMs, dayOf, startOfDay } from "./periods.ts";

/** Stands for «no limit» where a number is needed; more than anybody sends, and exact in arithmetic. */
export const unlimited = 1_000_000_000_000;

/** At most so many submissions of an account between reservation and confirmation: bounds the item's size. */
export const mostPending = 2_000;

/** What a plan lets an account send. */
export interface QuotaPlan {
  name: string;
  /** Emails in a billing period. */
  monthLimit: number;
  /** Emails in a UTC day. */
  dayLimit: number;
}

/** A submission whose units are reserved and whose end is not confirmed yet. */
export const pendingSchema = z.object({
  /** Units reserved. */
  n: z.number().int().positive(),
  /** Epoch ms: the time by which they were counted, which names their period and day. */
  at: z.number().int(),
  /** Units given back already. */
  released: z.number().int().nonnegative(),
});

export const quotaSchema = z.object({
  accountId: z.number().int(),
  planName: z.string(),
  monthLimit: z.number().int(),
  dayLimit: z.number().int(),
  /** Units left in the period; below zero after a downgrade. */
  remaining: z.number().int(),
  day: z.string(),
  dayRemaining: z.number().int(),
  periodStart: z.number().int(),
  periodEnd: z.number().int(),
  anchor: z.number().int(),
  pending: z.record(z.string(), pendingSchema),
});

export type Pending = z.infer<typeof pendingSchema>;
export type Quota = z.infer<typeof quotaSchema>;

/** A refusal names the tighter limit, so that up to `remaining` emails would have been accepted. */
export type Reservation =
  | {
      ok: true;
      /** Units of an earlier reservation of the same submission, which stands instead of this one. */
      reservedBefore?: number;
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
