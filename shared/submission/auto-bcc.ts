import { type AutoBcc, mayHaveAutoBcc } from "../domains/auto-bcc.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import type { Recipient } from "./email.ts";
import type { CheckedEmail, Footing } from "./submission.ts";

type Copies = Footing["copies"];

/** What a domain wants of copies. */
export function autoBccOf(domain: SendingDomain): AutoBcc | undefined {
  return mayHaveAutoBcc(domain) ? domain.autoBcc : undefined;
}

/** Who gets copies of what comes from some domains. */
export function copiesOf(
  domains: readonly { readonly name: string; readonly autoBcc: AutoBcc | undefined }[],
): Copies {
  return new Map(
    domains.flatMap(({ name, autoBcc }) => (autoBcc?.emails.length ? [[name, autoBcc.emails]] : [])),
  );
}

/** An email with its copies after all whom it names; who is named already gets none. */
export function withCopies(email: CheckedEmail, copies: Copies): CheckedEmail {
  const addresses = copies.get(email.domainName);
  if (addresses === undefined) return email;
  const named = new Set(email.recipients.map((recipient) => recipient.email.toLowerCase()));
  const added = addresses
    .filter((address) => !named.has(address.toLowerCase()))
    .map((address): Recipient => ({ email: address, kind: "bcc", autoBcc: true }));
  return { ...email, recipients: [...email.recipients, ...added] };
}
