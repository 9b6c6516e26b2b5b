import * as z from "zod";

/**
 * What became of a domain's own tracking host at the edge. `pending`: its certificate is being made; `active`: links
 * may name it; `failed`: it cannot be had, see `reason`.
 */
export const trackingHostSchema = z.object({
  state: z.enum(["pending", "active", "failed"]),
  /** For the domain's owner, of what is in the way. */
  reason: z.string().optional(),
});

export type TrackingHost = z.infer<typeof trackingHostSchema>;

interface Domain {
  readonly name: string;
  readonly customTracking: boolean;
  readonly dns?:
    | { readonly records: { readonly link_verification?: { readonly status: string } } }
    | undefined;
  readonly trackingHost?: TrackingHost | undefined;
}

/** The host that a domain's links name, once it is served. */
export function trackingHostName({ name }: Pick<Domain, "name">): string {
  return `mt-link.${name}`;
}

/** Whether a domain's host is to be served: its owner wants it, and its DNS record points to us. */
export function wantsTrackingHost({ customTracking, dns }: Omit<Domain, "name">): boolean {
  return customTracking && dns?.records.link_verification?.status === "pass";
}

/** Whether links may name the domain's own host: somebody answers there, with a certificate for it. */
export function hasTrackingHost(domain: Omit<Domain, "name">): boolean {
  return wantsTrackingHost(domain) && domain.trackingHost?.state === "active";
}
