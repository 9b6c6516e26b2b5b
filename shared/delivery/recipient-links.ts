import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { hasTrackingHost, trackingHostName } from "../domains/tracking-host.ts";
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

/**
 * Where a domain's links lead: pixel and clicks to its own host, if it wants that and somebody answers there; the pages to ours, which works as long as we do, whatever becomes of the domain.
 */
export function hostsOf({ trackingUrl }: Pick<LinkDeps, "trackingUrl">, domain: SendingDomain): LinkHosts {
  const own = hasTrackingHost(domain) ? `https://${trackingHostName(domain)}` : undefined;
  return { pages: trackingUrl, tracking: own ?? trackingUrl };
}
