import { randomUUID } from "node:crypto";
import * as z from "zod";
import { dispatchTimeoutSeconds } from "../contracts/time-limits.ts";
import type { WebhookTick } from "../contracts/webhook-tick.ts";
import type { Clock } from "../platform/clock.ts";
import type { AfterFailure } from "./retry-rules.ts";
import { type Webhook, webhookSchema } from "./webhook.ts";
import { changeItem, type ItemChange, type WebhookTable } from "./webhook-store.ts";

/** An expired lease always means a dead dispatcher: it outlives the longest invocation. */
const leaseMs = (dispatchTimeoutSeconds + 15) * 1_000;
/** The lease can change hands between looking and writing; not for ever. */
const mostTries = 5;

/** A webhook in the hands of one dispatcher, which alone calls its endpoint. */
export interface Lease {
  readonly leaseId: string;
  readonly webhook: Webhook;
}

export type Leasing =
  | { readonly kind: "taken"; readonly lease: Lease }
  /** There is no such webhook. */
  | { readonly kind: "gone" }
  /** It is paused, or switched off. */
  | { readonly kind: "off"; readonly webhook: Webhook }
  /** Its next attempt is not due, and has a tick of its own. */
  | { readonly kind: "early" }
  /** Calls of it may take long, which this tick may not. */
  | { readonly kind: "slow" }
  /** Another dispatcher has it, and has been told to look once more before it gives it back. */
  | { readonly kind: "held" };

export type LeaseStore = ReturnType<typeof leaseStore>;

const heldSchema = z.object({ leaseId: z.string(), leaseUntil: z.number() });

/** Who is calling a webhook's endpoint, and how that went; in the webhook's own item. */
export function leaseStore(at: WebhookTable) {
  const end = async ({ webhook, leaseId }: Lease, { condition, ...change }: Ending) =>
    changeItem(at, webhook, {
      ...change,
      condition: condition === undefined ? isMine : `${isMine} AND ${condition}`,
      values: { ...change.values, ":mine": leaseId },
    });

  return {
    /** Takes the webhook of a tick, if there is something to do that nobody does. */
    async take(tick: WebhookTick): Promise<Leasing> {
      for (let tries = 0; tries < mostTries; tries++) {
        const leasing = await tryToTake(at, tick);
        if (leasing !== undefined) return leasing;
      }
      throw new Error("the webhook's lease kept changing hands");
    },

    /**
     * Gives a webhook back whose backlog was sent to its end, its failures forgotten.
     *
     * @param slow whether its last call took long
     * @returns false if another tick came meanwhile, so that there may be more
     */
    async finish(lease: Lease, slow = false): Promise<boolean> {
      const { done, item } = await end(lease, {
        update: "SET slow = :slow REMOVE leaseId, leaseUntil, failures, nextAttemptAt",
        condition: "attribute_not_exists(again)",
        values: { ":slow": slow },
      });
      return done || item?.["leaseId"] !== lease.leaseId;
    },

    /**
     * Goes on with a webhook after a call that succeeded.
     *
     * @returns the webhook as the customer wants it now; undefined if it is not to be called any more, or by another
     */
    async goOn(lease: Lease, slow = false): Promise<Lease | undefined> {
      const { done, item } = await end(lease, {
        update: "SET slow = :slow REMOVE again, failures, nextAttemptAt",
        values: { ":slow": slow },
      });
      return done ? { ...lease, webhook: webhookSchema.parse(item) } : undefined;
    },

    /** Gives a webhook back with more to do. */
    async release(lease: Lease): Promise<void> {
      await end(lease, { update: "REMOVE leaseId, leaseUntil, again" });
    },

    /**
     * Notes a failed call and gives the webhook back; does nothing if the customer changed it meanwhile.
     *
     * @returns whether this paused it
     */
    async fail(lease: Lease, after: AfterFailure): Promise<boolean> {
      const { done } = await end(
        lease,
        after.verdict === "retry" ? retrying(after) : pausing(after, at.clock),
      );
      return done && after.verdict === "pause";
    },
  };
}

const isMine = "leaseId = :mine";
const isFree = "attribute_not_exists(leaseUntil) OR leaseUntil <= :now";
const isFast = "attribute_not_exists(slow) OR slow = :false";
const isDue = "attribute_not_exists(nextAttemptAt) OR nextAttemptAt <= :now OR nextAttemptAt = :retryAt";

type Ending = Pick<ItemChange, "update" | "values"> & { readonly condition?: string };

function retrying({ failures, at }: AfterFailure & { verdict: "retry" }): Ending {
  return {
    update: "SET failures = :failures, nextAttemptAt = :at, slow = :true REMOVE leaseId, leaseUntil, again",
    values: { ":failures": failures, ":at": at, ":true": true },
  };
}

function pausing({ failures }: AfterFailure, clock: Clock): Ending {
  const set = "SET failures = :failures, active = :false, pausedAt = :now";
  return {
    update: `${set} REMOVE leaseId, leaseUntil, again, nextAttemptAt, ownerToldAt`,
    values: { ":failures": failures, ":false": false, ":now": clock.now() },
  };
}

/** @returns undefined if the lease changed hands between looking and writing */
async function tryToTake(at: WebhookTable, tick: WebhookTick): Promise<Leasing | undefined> {
  const leaseId = randomUUID();
  const now = at.clock.now();
  const { done, item } = await changeItem(at, tick, {
    update: "SET leaseId = :leaseId, leaseUntil = :until REMOVE again",
    condition: `active = :true AND (${isFree}) AND (${isDue})${tick.slow ? "" : ` AND (${isFast})`}`,
    values: {
      ...(!tick.slow && { ":false": false }),
      ":leaseId": leaseId,
      ":until": now + leaseMs,
      ":true": true,
      ":now": now,
      // SQS keeps its own time: a tick that was sent for this very attempt is right about it.
      ":retryAt": tick.retryAt ?? -1,
    },
  });
  if (item === undefined) return { kind: "gone" };
  const webhook = webhookSchema.parse(item);
  if (done) return { kind: "taken", lease: { leaseId, webhook } };
  if (!webhook.active) return { kind: "off", webhook };
  const { data: held } = heldSchema.safeParse(item);
  if (held === undefined || held.leaseUntil <= now) {
    return { kind: (webhook.nextAttemptAt ?? 0) > now ? "early" : "slow" };
  }
  const told = await changeItem(at, tick, {
    update: "SET again = :true",
    condition: "leaseId = :held",
    values: { ":true": true, ":held": held.leaseId },
  });
  return told.done ? { kind: "held" } : undefined;
}
