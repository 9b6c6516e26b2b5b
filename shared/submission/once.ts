import { PosternError } from "../platform/errors.ts";
import { newId } from "../platform/ids.ts";
import { logger } from "../platform/observability.ts";
import type { AcceptDeps } from "./deps.ts";
import type { IdempotentRequest } from "./idempotency-store.ts";
import { isAccepted } from "./outcomes.ts";
import type { Attempt, Footing, Outcome, Sent, Submission } from "./submission.ts";

/** What of a submission an attempt at it needs. */
type Repeatable = Pick<Submission, "stream" | "clientIp" | "idempotency">;

export interface Answer {
  readonly submissionId: string;
  readonly outcomes: readonly Outcome[];
}

/**
 * Attempts a submission, at most once for each Idempotency-Key: who repeats a request reads the first
 * answer. Where an attempt has died on the way, the next goes on under the same submission id. Nothing is
 * remembered of a request of which nothing was accepted.
 *
 * @param send is told what the first attempt stood on: this one, or the one that it goes on with
 * @param footing what this attempt would stand on
 * @throws PosternError `invalid_request`, `idempotency_key_reused`, `idempotency_in_progress`, and what the
 * attempt throws
 */
export async function once(
  deps: AcceptDeps,
  accountId: number,
  submission: Repeatable,
  footing: Footing,
  send: (attempt: Attempt, footing: Footing) => Promise<Sent>,
): Promise<Answer> {
  const { stream, clientIp } = submission;
  const request = requestOf(accountId, submission);
  const newSubmission = newId(deps.clock.now());
  const begun = request
    ? await deps.idempotency.begin(request, newSubmission, footing)
    : ({ kind: "attempt", submissionId: newSubmission, resumed: false, footing } as const);
  if (begun.kind === "answered") return begun;

  const attempt = { submissionId: begun.submissionId, accountId, stream, clientIp, resumed: begun.resumed };
  const { outcomes, settled } = await send(attempt, begun.footing).catch(async (error: unknown) => {
    await forget(deps, attempt, request);
    throw error;
  });
  if (settled) await conclude(deps, attempt, request, outcomes);
  return { submissionId: attempt.submissionId, outcomes };
}

function requestOf(accountId: number, { idempotency }: Repeatable): IdempotentRequest | undefined {
  if (idempotency === undefined) return undefined;
  if (!/^[ -~]{1,255}$/.test(idempotency.key)) {
    throw new PosternError("invalid_request", {
      messages: ["Idempotency-Key must have 1 to 255 printable ASCII characters"],
    });
  }
  return { accountId, key: idempotency.key, fingerprint: idempotency.fingerprint() };
}

/**
 * Keeps the answer, then lets the quota forget the reservation: only in this order does an attempt that
 * dies in between leave enough behind for the next one.
 */
async function conclude(
  { idempotency, quota }: AcceptDeps,
  attempt: Attempt,
  request: IdempotentRequest | undefined,
  outcomes: readonly Outcome[],
): Promise<void> {
  const { accountId, submissionId } = attempt;
  try {
    if (request && outcomes.some(isAccepted)) await idempotency.complete(request, submissionId, outcomes);
    else if (request) await idempotency.forget(request, submissionId);
  } catch (error) {
    // What is queued is accepted, whether or not the answer could be kept.
    logger.warn("an answer could not be kept", { accountId, submissionId, reason: nameOf(error) });
    return;
  }
  // A resumed attempt does not know all that the former one did; reconciliation counts it up.
  if (!attempt.resumed) quota.finished(accountId, submissionId);
}

/** Forgets an attempt that has queued nothing; a resumed one may follow one that has. */
async function forget(
  { idempotency }: AcceptDeps,
  { resumed, submissionId }: Attempt,
  request: IdempotentRequest | undefined,
): Promise<void> {
  if (request === undefined || resumed) return;
  try {
    await idempotency.forget(request, submissionId);
  } catch (error) {
    logger.warn("a refused request could not be forgotten", { submissionId, reason: nameOf(error) });
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
