import { autoBccOf, copiesOf, withCopies } from "./auto-bcc.ts";
import { checkEmail } from "./check-email.ts";
import { findCustomer } from "./customer.ts";
import type { AcceptDeps } from "./deps.ts";
import { readEmail } from "./email-items.ts";
import { once } from "./once.ts";
import { acceptedIds } from "./outcomes.ts";
import { sendOff } from "./send-off.ts";
import type { Customer, Footing, Submission } from "./submission.ts";

/**
 * Accepts one email: finds the token's account, refuses if it is banned; finds the sender's domain,
 * refuses if it is not the account's or not compliant; checks the content; reserves one unit of quota for
 * each recipient; queues; answers with one message id for each recipient, in the order to, cc, bcc. Copies
 * that the domain's auto-BCC adds are messages too, without an id in the answer.
 *
 * @throws PosternError for everything that the customer can do something about; anything else that is
 * thrown is our own failure
 */
export async function accept(deps: AcceptDeps, submission: Submission): Promise<{ messageIds: string[] }> {
  const customer = await findCustomer(deps, submission.secret);
  const draft = readEmail(await submission.read(customer));
  const footing = await footingOf(deps, customer, draft.senderDomain);
  const { submissionId, outcomes } = await once(
    deps,
    customer.account.id,
    submission,
    footing,
    async (attempt, { copies }) => {
      const email = await checkEmail(deps, customer, draft);
      return sendOff(deps, attempt, [withCopies(email, copies)]);
    },
  );
  return { messageIds: acceptedIds(submissionId, outcomes) };
}

async function footingOf(
  { domains }: Pick<AcceptDeps, "domains">,
  { account }: Customer,
  senderDomain: string | undefined,
): Promise<Footing> {
  const domain = senderDomain && (await domains.find(account.id, senderDomain));
  const copies = domain ? copiesOf([{ name: domain.name, autoBcc: autoBccOf(domain) }]) : new Map();
  return { refused: new Map(), copies };
}
