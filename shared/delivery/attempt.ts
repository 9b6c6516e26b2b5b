import type { Account } from "../accounts/account.ts";
import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import type { Mime } from "../mail/mime.ts";
import type { Claim, MessageLog } from "../messages/message.ts";
import type { AddressMarks } from "../suppressions/suppression.ts";
import type { Composer } from "./composing.ts";
import type { Copy } from "./copies.ts";
import type { DeliverDeps, Invocation } from "./deliver-deps.ts";
import { suppressedReason } from "./delivery-events.ts";
import { unfitReason } from "./domain-fitness.ts";
import type { Outcome } from "./outcome.ts";
import { mostAttempts } from "./retry-rules.ts";
import { preferredRoute, sendOver } from "./routes.ts";
import { type Again, type SettleDeps, settle } from "./settle.ts";
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
  /** What is known of the recipient's address. */
  readonly marks: AddressMarks | undefined;
}

type Deps = SettleDeps & Pick<DeliverDeps, "routes">;

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
  if (answer.kind === "done") {
    if (answer.untold) await deps.events.put([answer.untold]);
    return undefined;
  }
  if (answer.kind === "later") return { at: answer.at, attempt: 0 };
  const { claim } = answer;
  const { outcome, mime } = await send(deps, parcel, claim, invocation);
  if (outcome === "claim lost") return undefined;
  const copy = outcome.kind === "accepted" ? await copyOf(mime, parcel, invocation) : undefined;
  const { recipient, job } = parcel;
  const attempted = { claim, recipient: recipient.email, acceptedAt: job.acceptedAt, copy: copy?.text };
  const again = await settle(deps, attempted, outcome);
  await copy?.upload?.();
  return again;
}

/** Of what has been sent: a copy that fails, or a death before it lies where the row says, costs the copy alone. */
async function copyOf(
  mime: Mime | undefined,
  { account }: Parcel,
  { copies }: Invocation,
): Promise<Copy | undefined> {
  return mime && account && (await copies?.keep(account, mime));
}

interface Sent {
  readonly outcome: Outcome | "claim lost";
  /** The message, where there was one to send. */
  readonly mime?: Mime;
}

async function send(
  deps: Deps,
  { account, domain, composer, recipient, from, marks }: Parcel,
  claim: Claim,
  { remainingMs }: Invocation,
): Promise<Sent> {
  if (account === undefined || domain === undefined || composer === undefined) {
    return refused("The sending domain is gone");
  }
  if (claim.attempt > mostAttempts) return refused("No attempt was ever answered");
  if (account.status === "banned") return refused("Account is banned");
  // Whoever comes here with such a domain has waited for it long enough.
  const unfit = unfitReason(domain);
  if (unfit !== undefined) return refused(unfit);
  if (marks?.suppressed) return refused(suppressedReason(marks.suppressed.type));
  const neededMs = callMs(composer.bytes);
  const mayStart = () => remainingMs() >= neededMs && deps.clock.now() + neededMs < claim.claimUntil;
  try {
    const composed = await composer.compose(recipient, { optedOut: marks?.optedOut ?? false });
    const dispatch = { ...claim, ...composed, domain, from, mayStart };
    const outcome = await sendOver(deps.routes, claim, { ...dispatch, recipient: recipient.email }, (route) =>
      deps.claims.reroute(claim, route),
    );
    return { outcome, mime: composed.mime };
  } catch (error) {
    // What throws here does so before a provider was called: a route answers, whatever happens to it.
    deps.warn("a message could not be prepared", { messageId: claim.messageId, error });
    return { outcome: { kind: "temporary", reason: "The message could not be prepared" } };
  }
}

function refused(reason: string): Sent {
  return { outcome: { kind: "refused", reason } };
}

/** A call to a provider lasts no longer, its time-outs included; the content goes out in base64, perhaps twice. */
function callMs(bytes: number): number {
  return smallCallMs + transferMs(2 * bytes);
}
