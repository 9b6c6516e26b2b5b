import { failureOf } from "../platform/failure.ts";
import { logger } from "../platform/observability.ts";
import type { SendingDomain } from "./sending-domain.ts";
import { type TrackingHost, trackingHostName, wantsTrackingHost } from "./tracking-host.ts";

/** Whoever takes hosts a step further towards being served. */
export interface TrackingHosts {
  /** @param before what was known of the host so far */
  open(host: string, before: TrackingHost | undefined): Promise<TrackingHost>;
}

export interface OpenTrackingHostDeps {
  /** None where customers' own hosts are not served. */
  readonly trackingHosts?: TrackingHosts | undefined;
}

/** For functions that may not ask CloudFront: they leave a new host to the schedule, which looks soon. */
export const trackingHostsOfSchedule: TrackingHosts = {
  open: async (_host, before) => before ?? { state: "pending" },
};

/**
 * What becomes of a domain's own tracking host with this look at it; undefined where there is nothing to do, or where
 * it could not be done: then it stays as it was, and the next look tries again.
 */
export async function openTrackingHost(
  { trackingHosts }: OpenTrackingHostDeps,
  domain: SendingDomain,
): Promise<TrackingHost | undefined> {
  if (trackingHosts === undefined || !wantsTrackingHost(domain)) return undefined;
  try {
    return await trackingHosts.open(trackingHostName(domain), domain.trackingHost);
  } catch (error) {
    const { accountId, id: domainId } = domain;
    logger.error("a tracking host could not be opened", { accountId, domainId, failure: failureOf(error) });
    return undefined;
  }
}
