import { tokenStore } from "../accounts/token-store.ts";
import { dnsClient } from "../platform/dns-client.ts";
import type { CheckDomainDeps } from "./check-domain.ts";
import { companyInfoStore } from "./company-info-store.ts";
import { demoDomainStore } from "./demo-domain-store.ts";
import { dkimKeyClient } from "./dkim-key-client.ts";
import { domainCheckStore } from "./domain-check-store.ts";
import { domainStore } from "./domain-store.ts";
import { keyZoneClient } from "./key-zone-client.ts";
import { sesIdentityClient } from "./ses-identity-client.ts";
import { websiteClient } from "./website-client.ts";

/** AWS clients, and what a function is told of its surroundings. */
export type DomainSurroundings = Parameters<typeof domainStore>[0] & {
  readonly kms: Parameters<typeof dkimKeyClient>[0]["kms"];
  readonly keyId: string;
  readonly ses: Parameters<typeof sesIdentityClient>[0]["ses"];
  readonly route53: Parameters<typeof keyZoneClient>[0]["route53"];
  readonly zoneId: string | undefined;
  readonly mailHost: string;
  readonly dnsServer: string | undefined;
  readonly allowPrivateWebsites: boolean;
  readonly owner: CheckDomainDeps["owner"];
  /** Where customers' own tracking hosts are served, and by whoever looks after them. */
  readonly trackingHosts?: CheckDomainDeps["trackingHosts"];
};

export type DomainWork = ReturnType<typeof domainWork>;

/** Everything that adding, checking and removing domains needs, for the functions that do so. */
export function domainWork(surroundings: DomainSurroundings) {
  const { client, table, clock, kms, keyId, ses, route53, zoneId, mailHost, owner } = surroundings;
  const domainTable = { client, table, clock };
  const dkimKeys = dkimKeyClient({ kms, keyId });
  const dns = dnsClient({ server: surroundings.dnsServer });
  return {
    domains: domainStore(domainTable),
    tokens: tokenStore(domainTable),
    demoDomains: demoDomainStore(domainTable),
    checks: domainCheckStore(domainTable),
    companyInfos: companyInfoStore(domainTable),
    dkimKeys,
    keyZone: keyZoneClient({ route53, zoneId, mailHost }),
    sesIdentities: sesIdentityClient({ ses, dkimKeys }),
    dns,
    website: websiteClient({ dns, allowPrivate: surroundings.allowPrivateWebsites }),
    owner,
    trackingHosts: surroundings.trackingHosts,
    mailHost,
    clock,
  };
}
