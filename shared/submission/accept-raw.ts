import type { SendingDomain } from "../domains/sending-domain.ts";
import { PosternError } from "../platform/errors.ts";
import { autoBccOf, copiesOf, withCopies } from "./auto-bcc.ts";
import { findDomain, refuseStrangers, spendDemo } from "./check-email.ts";
import { type Customer, findCustomer } from "./customer.ts";
import type { AcceptDeps } from "./deps.ts";
import { once } from "./once.ts";
import { acceptedIds } from "./outcomes.ts";
import { readRawEmail } from "./raw-email.ts";
import { sendOff } from "./send-off.ts";
import type { Submission } from "./submission.ts";

/** A MIME message that a customer hands in, with the envelope it came in. */
export interface RawSubmission extends Pick<Submission, "secret" | "stream" | "clientIp"> {
  /** Domain of the envelope's sender, in lower-case A-labels. */
  readonly senderDomain: string;
  /** Addresses of the envelope's recipients, each in the form in which it travels. */
  readonly recipients: readonly string[];
  /**
   * The message, without SMTP's transparency dots. It is read to its end only if nothing is wrong with what
   * is known before.
   */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Accepts a MIME message as `accept` does one email: the same checks in the same order, except that the
 * sender's domain is the envelope's and that the message's bytes are kept as they are.
 *
 * @returns one id for each of these recipients, in their order
 * @throws PosternError for everything that the customer can do something about; anything else that is
 * thrown is our own failure
 */
export async function acceptRaw(
  deps: AcceptDeps,
  submission: RawSubmission,
): Promise<{ messageIds: string[] }> {
  const { senderDomain, recipients, content } = submission;
  const customer = await findCustomer(deps, submission.secret);
  const domain = await findSender(deps, customer, senderDomain);
  refuseStrangers(
    customer,
    domain,
    recipients.map((email) => ({ email })),
  );
  const raw = await readRawEmail(deps, customer, domain.name, recipients, content);
  await spendDemo(deps, domain, recipients.length);
  const autoBcc = autoBccOf(domain);
  const email = { ...raw, domainName: domain.name, domainId: domain.id, autoBcc };
  const footing = { refused: new Map(), copies: copiesOf([{ name: domain.name, autoBcc }]) };
  const { submissionId, outcomes } = await once(
    deps,
    customer.account.id,
    submission,
    footing,
    (attempt, { copies }) => sendOff(deps, attempt, [withCopies(email, copies)]),
  );
  return { messageIds: acceptedIds(submissionId, outcomes) };
}

/**
 * The domain of an envelope's sender. SMTP has one answer for every domain that may not send.
 *
 * @throws PosternError `domain_not_compliant`
 */
export async function findSender(
  deps: Pick<AcceptDeps, "domains">,
  customer: Customer,
  name: string,
): Promise<SendingDomain> {
  try {
    return await findDomain(deps, customer, name);
  } catch (error) {
    if (error instanceof PosternError) throw new PosternError("domain_not_compliant", { cause: error });
    throw error;
  }
}
