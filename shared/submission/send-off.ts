import { PosternError } from "../platform/errors.ts";
import { messageIdsOf } from "./delivery-jobs.ts";
import type { AcceptDeps } from "./deps.ts";
import { handOver } from "./hand-over.ts";
import { acceptedOutcome, refusedOutcome } from "./outcomes.ts";
import { reserve } from "./reserve.ts";
import type { Attempt, CheckedEmail, PlacedEmail, Sent } from "./submission.ts";

/** Reserves quota for checked emails and queues them, as many of the first as the quota covers. */
export async function sendOff(
  deps: AcceptDeps,
  attempt: Attempt,
  emails: readonly CheckedEmail[],
): Promise<Sent> {
  const placed = placedInOrder(emails);
  const states = attempt.resumed ? await statesOf(deps, attempt, placed) : new Map<string, string>();
  const { covered, refusal } = await reserve(deps, attempt, placed, states);
  const { refused, settled } = await handOver(deps, attempt, covered, states);
  const lost = refusedOutcome(new PosternError("internal"));
  const outcomes = [
    ...covered.map((email) => (refused.has(email) ? lost : acceptedOutcome(email))),
    ...placed.slice(covered.length).map(() => refusedOutcome(refusal)),
  ];
  return { outcomes, settled };
}

function placedInOrder(emails: readonly CheckedEmail[]): PlacedEmail[] {
  let nextPlace = 0;
  return emails.map((email, item) => {
    const firstPlace = nextPlace;
    nextPlace += email.recipients.length;
    return { ...email, item, firstPlace };
  });
}

function statesOf(
  { messages }: AcceptDeps,
  attempt: Attempt,
  emails: readonly PlacedEmail[],
): Promise<ReadonlyMap<string, string>> {
  return messages.statesOf(
    attempt.accountId,
    emails.flatMap((email) => messageIdsOf(attempt, email)),
  );
}
