import type { AccountStore } from "../accounts/account-store.ts";
import type { WebhookTick } from "../contracts/webhook-tick.ts";
import type { Clock } from "../platform/clock.ts";
import type { BacklogStore } from "./backlog-store.ts";
import { type CallDeps, callEndpoint } from "./call.ts";
import type { Lease, LeaseStore } from "./lease-store.ts";
import { pausedNotice } from "./paused-notice.ts";
import { afterFailure, batchSize, callTimeoutMs } from "./retry-rules.ts";
import type { TickQueueClient } from "./tick-queue-client.ts";
import type { Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook-store.ts";

export interface DispatchDeps extends CallDeps {
  readonly accounts: Pick<AccountStore, "get">;
  readonly webhooks: Pick<WebhookStore, "find" | "ownerTold">;
  readonly leases: LeaseStore;
  readonly backlog: BacklogStore;
  readonly ticks: Pick<TickQueueClient, "send">;
  /** Writes to a customer in the service's own name. */
  readonly emails: { send(email: { to: string; subject: string; text: string }): Promise<void> };
  readonly clock: Clock;
  /** Tells the operator, by ids only. */
  readonly warn: (text: string, ids: Record<string, unknown>) => void;
}

/** The invocation that a tick is worked in. */
export interface Invocation {
  readonly remainingMs: () => number;
}

/** A call and what has to be written after it. */
const roomForCallMs = callTimeoutMs + 10_000;
/** Reading some of a backlog and removing it. */
const roomForPageMs = 30_000;

/**
 * Looks after one webhook: sends what waits for it, oldest first, one call at a time, until nothing waits,
 * a call fails or time is short.
 *
 * @throws Error where one of our own services fails; the tick is to come again
 */
export async function dispatch(deps: DispatchDeps, tick: WebhookTick, invocation: Invocation): Promise<void> {
  const leasing = await deps.leases.take(tick);
  switch (leasing.kind) {
    case "gone":
      return await purge(deps, tick, invocation);
    case "off":
      return await tellOwner(deps, leasing.webhook);
    case "early":
    case "held":
      return;
    case "taken":
      return await workOff(deps, leasing.lease, invocation);
  }
}

async function purge({ backlog, ticks }: DispatchDeps, tick: WebhookTick, invocation: Invocation) {
  const { accountId, webhookId } = tick;
  const isDone = await backlog.purge(tick, () => invocation.remainingMs() > roomForPageMs);
  if (!isDone) await ticks.send({ accountId, webhookId });
}

/** Where one of our own services fails, the webhook does not wait for the lease to run out. */
async function workOff(deps: DispatchDeps, taken: Lease, invocation: Invocation): Promise<void> {
  try {
    for (let lease: Lease | undefined = taken; lease !== undefined; ) {
      lease = await sendSome(deps, lease, invocation);
    }
  } catch (error) {
    await deps.leases.release(taken).catch(() => undefined);
    throw error;
  }
}

/** @returns what is to be gone on with; undefined if nothing is, or not now, or not by us */
async function sendSome(
  deps: DispatchDeps,
  lease: Lease,
  { remainingMs }: Invocation,
): Promise<Lease | undefined> {
  const { backlog, clock, leases, ticks } = deps;
  const { webhook } = lease;
  const { accountId, webhookId, failures } = webhook;
  const { events, more } = await backlog.oldest(webhook, batchSize);
  if (events.length > 0) {
    if (remainingMs() < roomForCallMs) {
      await leases.release(lease);
      await ticks.send({ accountId, webhookId });
      return undefined;
    }
    const startedAt = clock.now();
    const outcome = await callEndpoint(
      deps,
      webhook,
      events.map(({ payload }) => payload),
    );
    if (!outcome.ok) {
      await fail(deps, lease, { failures, startedAt, reason: outcome.reason });
      return undefined;
    }
    await backlog.remove(
      accountId,
      events.map(({ key }) => key),
    );
  }
  // What came during the call has a tick of its own, and waits for company until then.
  if (!more && (await leases.finish(lease))) return undefined;
  return await leases.goOn(lease);
}

/** The tick first: a next attempt that is noted has one, whatever dies in between. */
async function fail(
  deps: DispatchDeps,
  lease: Lease,
  { failures, startedAt, reason }: { failures: number; startedAt: number; reason: string },
): Promise<void> {
  const { accountId, webhookId } = lease.webhook;
  const after = afterFailure(failures, startedAt);
  deps.warn("a webhook's endpoint failed", { accountId, webhookId, failures: after.failures, reason });
  if (after.verdict === "retry") {
    const seconds = Math.max(0, Math.ceil((after.at - deps.clock.now()) / 1_000));
    await deps.ticks.send({ accountId, webhookId, retryAt: after.at }, seconds);
  }
  if (!(await deps.leases.fail(lease, after))) return;
  const paused = await deps.webhooks.find(lease.webhook);
  if (paused !== undefined) await tellOwner(deps, paused);
}

/** Once for each pause; a repeat can come only where the answer to one was lost. */
async function tellOwner({ accounts, webhooks, emails }: DispatchDeps, webhook: Webhook): Promise<void> {
  if (webhook.pausedAt === undefined || webhook.ownerToldAt !== undefined) return;
  const account = await accounts.get(webhook.accountId);
  if (account === undefined) return;
  await emails.send({ to: account.ownerEmail, ...pausedNotice(webhook) });
  await webhooks.ownerTold(webhook);
}
