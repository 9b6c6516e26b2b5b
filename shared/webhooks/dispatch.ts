import type { AuditStore } from "../accounts/audit-store.ts";
import type { WebhookTick } from "../contracts/webhook-tick.ts";
import type { Clock } from "../platform/clock.ts";
import type { Owner } from "../platform/notice.ts";
import type { BacklogStore } from "./backlog-store.ts";
import { type CallDeps, callEndpoint } from "./call.ts";
import type { Lease, LeaseStore } from "./lease-store.ts";
import { pausedEntry, pausedNews } from "./paused-news.ts";
import { afterFailure, batchSize, callTimeoutMs, longWorkMs, slowCallMs } from "./retry-rules.ts";
import type { TickQueueClient } from "./tick-queue-client.ts";
import type { Webhook } from "./webhook.ts";
import type { WebhookStore } from "./webhook-store.ts";

export interface DispatchDeps extends CallDeps {
  readonly webhooks: Pick<WebhookStore, "find" | "ownerTold">;
  readonly leases: LeaseStore;
  readonly backlog: BacklogStore;
  readonly ticks: Pick<TickQueueClient, "send">;
  readonly owner: Owner;
  readonly audits: Pick<AuditStore, "note">;
  readonly clock: Clock;
  /** Tells the operator, by ids only. */
  readonly warn: (text: string, ids: Record<string, unknown>) => void;
}

/** The invocation that a tick is worked in. */
export interface Invocation {
  readonly remainingMs: () => number;
}

interface WorkDeps extends DispatchDeps {
  /** What led to the work. */
  readonly tick: WebhookTick;
  /** Epoch ms. */
  readonly begunAt: number;
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
    case "slow":
      return await deps.ticks.send({ ...tick, slow: true });
    case "taken":
      return await workOff({ ...deps, tick, begunAt: deps.clock.now() }, leasing.lease, invocation);
  }
}

/** A little at once; what takes long keeps nobody waiting. */
async function purge({ backlog, ticks }: DispatchDeps, tick: WebhookTick, { remainingMs }: Invocation) {
  const isDone = await backlog.purge(tick, () => tick.slow === true && remainingMs() > roomForPageMs);
  if (!isDone) await ticks.send({ ...tick, slow: true });
}

/** Where one of our own services fails, the webhook does not wait for the lease to run out. */
async function workOff(deps: WorkDeps, taken: Lease, invocation: Invocation): Promise<void> {
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
  deps: WorkDeps,
  lease: Lease,
  { remainingMs }: Invocation,
): Promise<Lease | undefined> {
  const { backlog, clock, leases, tick, begunAt } = deps;
  const { webhook } = lease;
  const { accountId, failures } = webhook;
  const { events, more } = await backlog.oldest(webhook, batchSize);
  let { slow } = webhook;
  if (events.length > 0) {
    // An endpoint that has just taken long, or has much waiting, is not called again from among those that have not.
    const takesLong = slow === true || clock.now() - begunAt > longWorkMs;
    if (remainingMs() < roomForCallMs || (takesLong && !tick.slow)) {
      return await goOnLater(deps, lease, takesLong);
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
    slow = clock.now() - startedAt > slowCallMs;
    await backlog.remove(
      accountId,
      events.map(({ key }) => key),
    );
  }
  // What came during the call has a tick of its own, and waits for company until then.
  if (!more && (await leases.finish(lease, slow))) return undefined;
  return await leases.goOn(lease, slow);
}

async function goOnLater({ leases, ticks }: DispatchDeps, lease: Lease, slow: boolean): Promise<undefined> {
  const { accountId, webhookId } = lease.webhook;
  await leases.release(lease);
  await ticks.send({ accountId, webhookId, ...(slow && { slow }) });
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
    await deps.ticks.send({ accountId, webhookId, retryAt: after.at, slow: true }, seconds);
  }
  if (!(await deps.leases.fail(lease, after))) return;
  const paused = await deps.webhooks.find(lease.webhook);
  if (paused !== undefined) await tellOwner(deps, paused);
}

/** Once for each pause, as the audit log has it. */
async function tellOwner({ webhooks, owner, audits }: DispatchDeps, webhook: Webhook): Promise<void> {
  const { accountId, pausedAt, ownerToldAt } = webhook;
  if (pausedAt === undefined || ownerToldAt !== undefined) return;
  await owner.tell(accountId, pausedNews(webhook, pausedAt));
  await audits.note(accountId, pausedEntry(webhook, pausedAt));
  await webhooks.ownerTold(webhook);
}
