import { canSendFrom } from "../accounts/permissions.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { PosternError } from "../platform/errors.ts";
import type { Customer } from "./customer.ts";
import type { AcceptDeps } from "./deps.ts";
import type { Draft } from "./email.ts";
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
  if (domain && domain.complianceStatus === "demo") refuseStrangers(customer, draft);
  if (!domain || draft.problems.length > 0) {
    throw new PosternError("invalid_request", { messages: draft.problems });
  }
  if (draft.bytes > customer.account.limits.messageBytes) throw new PosternError("message_too_large");
  return { email: draft.email, domainName: domain.name, recipients: draft.recipients };
}

// Whether a foreign domain exists elsewhere is nobody's business: it is as unknown as one that does not.
async function findDomain(
  { domains }: AcceptDeps,
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

function refuseStrangers({ account }: Customer, { recipients }: Draft): void {
  const owner = account.ownerEmail.toLowerCase();
  if (recipients.some(({ email }) => email.toLowerCase() !== owner)) throw new PosternError("demo_recipient");
}
