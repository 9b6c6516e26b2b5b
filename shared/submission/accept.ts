import { checkEmail } from "./check-email.ts";
import { findCustomer } from "./customer.ts";
import type { AcceptDeps } from "./deps.ts";
import { readEmail } from "./email-items.ts";
import { once } from "./once.ts";
import { acceptedIds } from "./outcomes.ts";
import { sendOff } from "./send-off.ts";
import type { Submission } from "./submission.ts";

/**
 * Accepts one email: finds the token's account, refuses if it is banned; finds the sender's domain,
 * refuses if it is not the account's or not compliant; checks the content; reserves one unit of quota for
 * each recipient; queues; answers with one message id for each recipient, in the order to, cc, bcc.
 *
 * @throws PosternError for everything that the customer can do something about; anything else that is
 * thrown is our own failure
 */
export async function accept(deps: AcceptDeps, submission: Submission): Promise<{ messageIds: string[] }> {
  const customer = await findCustomer(deps, submission.secret);
  const given = await submission.read(customer);
  const { submissionId, outcomes } = await once(deps, customer.account.id, submission, async (attempt) => {
    const email = await checkEmail(deps, customer, readEmail(given));
    return sendOff(deps, attempt, [email]);
  });
  return { messageIds: acceptedIds(submissionId, outcomes) };
}
