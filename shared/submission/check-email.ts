import { canSendFrom } from "../accounts/permissions.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { PosternError } from "../platform/errors.ts";
import { autoBccOf } from "./auto-bcc.ts";
import type { Customer } from "./customer.ts";
import type { AcceptDeps } from "./deps.ts";
import type { Draft, Recipient } from "./email.ts";
import type { CheckedEmail } from "./submission.ts";

/**
 * Checks one email: first whether the customer may send from its domain, then what it says. An email
 * without a valid sender has no domain to ask for, and is wrong in its content.
 *
 * @throws PosternError `unauthorized`, `domain_not_compliant`, `demo_recipient`, `invalid_request` with
 * every mistake, `message_too_large`, in this order
 */
export async function checkEmail(deps: AcceptDeps, customer: Customer, draft: Draft): Promise<CheckedEmail> {
  const domain = draft.senderDomain && (await findDomain(deps, customer, draft.senderDomain));
  if (domain) refuseStrangers(customer, domain, draft.recipients);
  if (!domain || draft.problems.length > 0) {
    throw new PosternError("invalid_request", { messages: draft.problems });
  }
  if (draft.bytes > customer.account.limits.messageBytes) throw new PosternError("message_too_large");
  await spendDemo(deps, domain, draft.recipients.length);
  return {
    email: draft.email,
    domainName: domain.name,
    domainId: domain.id,
    recipients: draft.recipients,
    autoBcc: autoBccOf(domain),
  };
}

/**
 * The domain that a customer may send from. Whether a foreign one exists elsewhere is nobody's business: it
 * is as unknown as one that does not.
 *
 * @param name in lower-case A-labels
 * @throws PosternError `unauthorized` if it is not the account's or the token is no admin of it,
 * `domain_not_compliant`
 */
export async function findDomain(
  { domains }: Pick<AcceptDeps, "domains">,
  { account, token }: Customer,
  name: string,
): Promise<SendingDomain> {
  const domain = await domains.find(account.id, name);
  if (domain === undefined || !canSendFrom(token, domain.id)) throw new PosternError("unauthorized");
  if (domain.complianceStatus !== "compliant" && domain.complianceStatus !== "demo") {
    throw new PosternError("domain_not_compliant");
  }
  return domain;
}

/**
 * Counts emails of a demo domain against its allowance. Who is refused later, or asks again, has spent it.
 *
 * @throws PosternError `domain_not_compliant` if they are more than remain
 */
export async function spendDemo(
  { demoDomains }: Pick<AcceptDeps, "demoDomains">,
  domain: SendingDomain,
  count: number,
): Promise<void> {
  if (domain.complianceStatus !== "demo") return;
  if (!(await demoDomains.take(domain, count))) throw new PosternError("domain_not_compliant");
}

/** @throws PosternError `demo_recipient` if the domain is a demo one and somebody is not the account's owner */
export function refuseStrangers(
  { account }: Customer,
  domain: SendingDomain,
  recipients: readonly Pick<Recipient, "email">[],
): void {
  if (domain.complianceStatus !== "demo") return;
  const owner = account.ownerEmail.toLowerCase();
  if (recipients.some(({ email }) => email.toLowerCase() !== owner)) throw new PosternError("demo_recipient");
}
