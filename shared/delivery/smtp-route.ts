import type { DkimKeyClient } from "../domains/dkim-key-client.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { signed } from "../mail/dkim.ts";
import type { Mime } from "../mail/mime.ts";
import type { OutgoingRoute } from "./outcome.ts";
import type { SmtpHop } from "./relay-client.ts";
import { returnPathOf } from "./return-path.ts";

/** The SMTP route: signed by us, with the key that SES holds too, then handed to a relay or the MX. */
export function smtpRoute({ hop, dkimKeys }: { hop: SmtpHop; dkimKeys: DkimKeyClient }): OutgoingRoute {
  return {
    async send({ domain, mime, recipient, rfcMessageId }) {
      const message = await signedFor(domain, mime, dkimKeys);
      const answer = await hop.send({ from: returnPathOf(domain), to: recipient }, message);
      return answer.kind === "accepted" ? { ...answer, rfcMessageId } : answer;
    },
  };
}

async function signedFor(domain: SendingDomain, mime: Mime, dkimKeys: DkimKeyClient): Promise<Mime> {
  const [key] = domain.dkimKeys;
  // A demo domain has no key of its own; Amazon SES signs for it with the operator's.
  if (domain.demo) return mime;
  if (key === undefined) throw new Error(`the domain ${domain.id} has no DKIM key`);
  const privateKey = await dkimKeys.privateKeyOf(domain, key);
  return await signed(mime, { domain: domain.name, selector: key.selector, privateKey });
}
