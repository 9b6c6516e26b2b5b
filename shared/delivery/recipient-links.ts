import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import type { LinkKeyClient } from "../tracking/link-key-client.ts";
import { type LinkHosts, type OwnLinks, recipientLinks } from "../tracking/recipient-links.ts";

export interface LinkDeps {
  readonly mailHost: string;
  /** Without a trailing slash. */
  readonly trackingUrl: string;
  readonly linkKeys: LinkKeyClient;
  /** Whether the operator serves customers' own tracking hosts, with certificates for them; not unless given. */
  readonly customTrackingHosts?: boolean;
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
 * Where a domain's links lead: pixel and clicks to its own host, if it wants that, its record points to us, and
 * somebody answers there; the pages to ours, which works as long as we do, whatever becomes of the domain.
 */
export function hostsOf({ trackingUrl, customTrackingHosts }: LinkDeps, domain: SendingDomain): LinkHosts {
  const isOurs = domain.dns?.records.link_verification?.status === "pass";
  const hasOwn = customTrackingHosts === true && domain.customTracking && isOurs;
  return { pages: trackingUrl, tracking: hasOwn ? `https://mt-link.${domain.name}` : trackingUrl };
}
