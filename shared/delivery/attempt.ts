import type { Account } from "../accounts/account.ts";
import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { evidenceWaitMs } from "../messages/claim-rules.ts";
import type { Claim, MessageLog } from "../messages/message.ts";
import type { Composer } from "./composing.ts";
import type { DeliverDeps, Invocation } from "./deliver-deps.ts";
import type { Outcome } from "./outcome.ts";
import { mostAttempts, nextAttemptAt, nextTurnAt } from "./retry-rules.ts";
import { preferredRoute, sendOver } from "./routes.ts";
import { transferMs } from "./transfer-time.ts";

/** An email for one of its recipients. `account` and `domain` are missing when they are gone by now. */
export interface Parcel {
  readonly job: DeliveryJob;
  readonly account: Account | undefined;
  readonly domain: SendingDomain | undefined;
  /** Address of the From field. */
  readonly from: string;
  readonly composer: Composer | undefined;
  readonly recipient: JobRecipient;
  readonly log: MessageLog;
}

/** When the message's turn comes again (epoch ms), and how many attempts have then failed. */
export interface Again {
  readonly at: number;
  readonly attempt: number;
}

type Deps = Pick<DeliverDeps, "claims" | "clock" | "random" | "routes" | "warn">;

const smallCallMs = 20_000;
/** Clocks differ, and so do their ideas of when a worker was stopped. */
const claimMarginMs = 30_000;

/**
 * One attempt at one message: claim, compose, send, settle.
 *
 * @returns nothing when the message needs no further turn
 */
export async function attempt(
  deps: Deps,
  parcel: Parcel,
  invocation: Invocation,
): Promise<Again | undefined> {
  const now = deps.clock.now();
  const claimUntil = now + invocation.remainingMs() + claimMarginMs;
  const bytes = parcel.composer?.bytes ?? 0;
  if (invocation.remainingMs() < callMs(bytes) + transferMs(bytes)) return { at: now, attempt: 0 };
  const answer = await deps.claims.claim({
    accountId: parcel.job.accountId,
    submissionId: parcel.job.submissionId,
    messageId: parcel.recipient.messageId,
    log: parcel.log,
    route: preferredRoute(deps.routes),
    claimUntil,
  });
  if (answer.kind === "done") return undefined;
  if (answer.kind === "later") return { at: answer.at, attempt: 0 };
  const outcome = await send(deps, parcel, answer.claim, invocation);
  return outcome === "claim lost" ? undefined : await settle(deps, parcel, answer.claim, outcome);
}

async function send(
  deps: Deps,
  { account, domain, composer, recipient, from }: Parcel,
  claim: Claim,
  { remainingMs }: Invocation,
): Promise<Outcome | "claim lost"> {
  if (account === undefined || domain === undefined || composer === undefined) {
    return { kind: "refused", reason: "The sending domain is gone" };
  }
  if (claim.attempt > mostAttempts) return { kind: "refused", reason: "No attempt was ever answered" };
  if (account.status === "banned") return { kind: "refused", reason: "Account is banned" };
  const neededMs = callMs(composer.bytes);
  const mayStart = () => remainingMs() >= neededMs && deps.clock.now() + neededMs < claim.claimUntil;
  try {
    const dispatch = { ...claim, ...(await composer.compose(recipient)), domain, from, mayStart };
    return await sendOver(deps.routes, claim, { ...dispatch, recipient: recipient.email }, (route) =>
      deps.claims.reroute(claim, route),
    );
  } catch (error) {
    // What throws here does so before a provider was called: a route answers, whatever happens to it.
    deps.warn("a message could not be prepared", { messageId: claim.messageId, error });
    return { kind: "temporary", reason: "The message could not be prepared" };
  }
}

/** A call to a provider lasts no longer, its time-outs included; the content goes out in base64, perhaps twice. */
function callMs(bytes: number): number {
  return smallCallMs + transferMs(2 * bytes);
}

async function settle(
  deps: Deps,
  { job }: Parcel,
  claim: Claim,
  outcome: Outcome,
): Promise<Again | undefined> {
  switch (outcome.kind) {
    case "accepted": {
      const { kind: _kind, ...proof } = outcome;
      await settled(deps, claim, { state: "sent", ...proof });
      return undefined;
    }
    case "refused":
      await settled(deps, claim, { state: "failed", reason: outcome.reason });
      return undefined;
    case "unknown":
      // The claim stays as it is: when it has expired, the provider's notifications decide.
      deps.warn("a provider's answer was lost", { messageId: claim.messageId, reason: outcome.reason });
      return { at: claim.claimUntil + evidenceWaitMs, attempt: claim.attempt };
    case "temporary":
      return await retry(deps, claim, outcome);
    case "sick":
      return await waitForRoutes(deps, job, claim, outcome);
  }
}

/** The row counts this attempt no longer: what is wrong with all mail makes no message bounce. */
async function waitForRoutes(
  deps: Deps,
  { acceptedAt }: DeliveryJob,
  claim: Claim,
  outcome: Extract<Outcome, { kind: "sick" }>,
): Promise<Again | undefined> {
  const at = outcome.widely ? nextTurnAt(acceptedAt, deps.clock.now(), deps.random()) : undefined;
  if (at === undefined) return await retry(deps, claim, outcome);
  const { reason } = outcome;
  const attempt = claim.attempt - 1;
  await settled(deps, claim, {
    state: "retry",
    reason,
    nextAttemptAt: at,
    attempt,
    mayHaveLeft: claim.mayHaveLeft,
  });
  return { at, attempt };
}

async function retry(
  deps: Deps,
  claim: Claim,
  { reason, ...outcome }: Extract<Outcome, { kind: "temporary" | "sick" }>,
): Promise<Again | undefined> {
  const at = nextAttemptAt(claim.attempt, deps.clock.now(), deps.random());
  if (at === undefined) {
    await settled(deps, claim, { state: "failed", reason });
    return undefined;
  }
  const mayHaveLeft = claim.mayHaveLeft || ("mayHaveLeft" in outcome && outcome.mayHaveLeft === true);
  await settled(deps, claim, { state: "retry", reason, nextAttemptAt: at, mayHaveLeft });
  return { at, attempt: claim.attempt };
}

async function settled(deps: Deps, claim: Claim, settlement: Parameters<Deps["claims"]["settle"]>[1]) {
  if (await deps.claims.settle(claim, settlement)) return;
  deps.warn("a message was settled by somebody else", { messageId: claim.messageId });
}
