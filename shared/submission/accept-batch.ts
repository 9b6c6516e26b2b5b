import { PosternError } from "../platform/errors.ts";
import { copiesOf, withCopies } from "./auto-bcc.ts";
import { checkEmail } from "./check-email.ts";
import { findCustomer } from "./customer.ts";
import type { AcceptDeps } from "./deps.ts";
import { readBatch } from "./email-items.ts";
import { once } from "./once.ts";
import { isAccepted, messageIdsAt, refusedOutcome } from "./outcomes.ts";
import { sendOff } from "./send-off.ts";
import type { CheckedEmail, Footing, ItemResult, Outcome, Sent, Submission } from "./submission.ts";

/**
 * Accepts a batch as `accept` does one email, except that each email is checked for itself and stands for
 * itself in the answer; quota is reserved once for all of them.
 *
 * @returns one result for each request, in their order
 * @throws PosternError for what is wrong with the batch as a whole
 */
export async function acceptBatch(deps: AcceptDeps, submission: Submission): Promise<ItemResult[]> {
  const customer = await findCustomer(deps, submission.secret);
  const checks = await Promise.all(
    readBatch(await submission.read(customer)).map((draft) =>
      checkEmail(deps, customer, draft).catch(refusedOutcome),
    ),
  );
  const { submissionId, outcomes } = await once(
    deps,
    customer.account.id,
    submission,
    footingOf(checks),
    async (attempt, { refused, copies }) => {
      const asBefore = checks.map((check, item) => refused.get(item) ?? mustPass(check));
      const emails = asBefore.filter(isEmail).map((email) => withCopies(email, copies));
      return inOrderOf(asBefore, await sendOff(deps, attempt, emails));
    },
  );
  return outcomes.map((outcome) =>
    isAccepted(outcome) ? { messageIds: messageIdsAt(submissionId, outcome) } : { errors: outcome.messages },
  );
}

function footingOf(checks: readonly (CheckedEmail | Outcome)[]): Footing {
  return {
    refused: new Map(checks.flatMap((check, item) => (isEmail(check) ? [] : [[item, check] as const]))),
    copies: copiesOf(
      checks.filter(isEmail).map(({ domainName, autoBcc }) => ({ name: domainName, autoBcc })),
    ),
  };
}

/**
 * What the first attempt let through must pass again: its messages have their ids by their places among
 * those that passed, and may be on their way.
 */
function mustPass(check: CheckedEmail | Outcome): CheckedEmail {
  if (isEmail(check)) return check;
  throw new PosternError("internal", {
    cause: new Error("an email passed the checks before and does not now"),
  });
}

function isEmail(check: CheckedEmail | Outcome): check is CheckedEmail {
  return "email" in check;
}

/** Puts what became of the sound emails back among the others. */
function inOrderOf(checks: readonly (CheckedEmail | Outcome)[], { outcomes, settled }: Sent): Sent {
  const sent = outcomes.values();
  return {
    outcomes: checks.map((check) =>
      isEmail(check) ? (sent.next().value ?? refusedOutcome(undefined)) : check,
    ),
    settled,
  };
}
