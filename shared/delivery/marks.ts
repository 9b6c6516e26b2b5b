import type { DeliveryJob } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import type { Marks } from "../tracking/body.ts";
import type { Choice } from "./composing.ts";

/** What a domain's settings put into the body of an email, and into that of a recipient who wants no tracking. */
export function marksFor({ stream }: DeliveryJob, domain: SendingDomain, { optedOut }: Choice): Marks {
  const opens = domain.openTracking && !optedOut;
  const clicks = domain.clickTracking && !optedOut;
  return {
    unsubscribeFooter: stream === "bulk" || domain.unsubscribeLink,
    // There is nothing to opt out of where nothing is tracked.
    optOutFooter: domain.trackingOptOut && (opens || clicks),
    opens,
    clicks,
  };
}
