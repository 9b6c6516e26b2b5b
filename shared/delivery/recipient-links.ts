import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import type { LinkKeyClient } from "../tracking/link-key-client.ts";
import { type LinkHosts, type OwnLinks, recipientLinks } from "../tracking/recipient-links.ts";

export interface LinkDeps {
  readonly mailHost: string;
  /** Without a trailing slash. */
  readonly trackingUrl: string;
  readonly linkKeys: LinkKeyClient;
}

/** One recipient's own addresses in an email. */
export async function linksFor(
  deps: LinkDeps,
  job: DeliveryJob,
  domain: SendingDomain,
  { messageId, email }: JobRecipient,
): Promise<OwnLinks> {
  const { accountId, stream } = job;
  const mail = {
    accountId,
    messageId,
    domainId: domain.id,
    domainName: domain.name,
    stream,
    recipient: email,
  };
  return recipientLinks(mail, hostsOf(deps, domain), await deps.linkKeys.key());
}

export function hostsOf({ trackingUrl }: LinkDeps, _domain: SendingDomain): LinkHosts {
  return { pages: trackingUrl, tracking: trackingUrl };
}
