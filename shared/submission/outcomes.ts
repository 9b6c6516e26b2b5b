import { asPosternError, PosternError } from "../platform/errors.ts";
import { messageIdAt } from "../platform/ids.ts";
import { logger } from "../platform/observability.ts";
import type { Outcome, PlacedEmail } from "./submission.ts";

/** Of the messages of those whom the customer named: it does not know of the others. */
export function acceptedOutcome({ firstPlace, recipients }: PlacedEmail): Outcome {
  return { firstPlace, count: recipients.filter(({ autoBcc }) => !autoBcc).length };
}

/** The outcome for an error; what no customer may see becomes a fixed text. */
export function refusedOutcome(thrown: unknown): Outcome {
  const { code, messages, cause }: PosternError = asPosternError(thrown);
  if (code === "internal" && cause !== undefined) {
    logger.error("an email could not be accepted", {
      reason: cause instanceof Error ? cause.name : "unknown",
    });
  }
  return { code, messages };
}

export function isAccepted(outcome: Outcome): outcome is Extract<Outcome, { count: number }> {
  return "count" in outcome;
}

/** The ids of an accepted email's messages, in the order of the recipients that the customer named. */
export function messageIdsAt(
  submissionId: string,
  { firstPlace, count }: { firstPlace: number; count: number },
): string[] {
  return Array.from({ length: count }, (_, place) => messageIdAt(submissionId, firstPlace + place));
}

/**
 * The ids of the messages of a submission that is one email.
 *
 * @throws PosternError what the email was refused with
 */
export function acceptedIds(submissionId: string, [outcome]: readonly Outcome[]): string[] {
  if (outcome === undefined || !isAccepted(outcome)) {
    throw new PosternError(outcome?.code ?? "internal", outcome);
  }
  return messageIdsAt(submissionId, outcome);
}
