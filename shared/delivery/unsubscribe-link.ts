import type { DeliveryJob, JobRecipient } from "../contracts/delivery-job.ts";
import type { LinkKeyClient } from "../tracking/link-key-client.ts";
import { signUnsubscribe } from "../tracking/unsubscribe-token.ts";

export interface LinkDeps {
  readonly mailHost: string;
  /** Without a trailing slash. */
  readonly trackingUrl: string;
  readonly linkKeys: LinkKeyClient;
}

/** By which one recipient unsubscribes: the page, and the token for the header fields. */
export async function linkFor(
  { linkKeys, trackingUrl }: LinkDeps,
  job: DeliveryJob,
  recipient: JobRecipient,
): Promise<{ token: string; url: string }> {
  const { accountId, domainName, stream } = job;
  const { messageId, email } = recipient;
  const token = signUnsubscribe(
    { accountId, domainName, stream, messageId, recipient: email },
    await linkKeys.key(),
  );
  return { token, url: `${trackingUrl}/unsubscribe/${token}` };
}
