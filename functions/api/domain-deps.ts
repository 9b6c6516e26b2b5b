import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type DomainWork, domainWork } from "../../shared/domains/domain-work.ts";
import { trackingHostsOfSchedule } from "../../shared/domains/open-tracking-host.ts";
import { type NoticeStore, noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { type OwnerEmailClient, ownerEmailClient } from "../../shared/notifications/owner-email-client.ts";
import {
  type documentClient,
  identityClient,
  keyClient,
  mailClient,
} from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { zoneClient } from "../../shared/platform/zone-client.ts";

export interface DomainOutside {
  readonly domainWork: DomainWork;
  readonly notices: NoticeStore;
  /** Email of the service itself, to whom a customer names. */
  readonly email: OwnerEmailClient;
}

/** What the routes of domains need of the outside besides what others need. */
export function domainDepsFromEnvironment(client: ReturnType<typeof documentClient>): DomainOutside {
  const env = readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.noticesTable]: z.string(),
    [environmentNames.dkimKeyId]: z.string(),
    [environmentNames.mailHost]: z.string(),
    [environmentNames.operatorEmail]: z.string().optional(),
    [environmentNames.hostedZoneId]: z.string().optional(),
    [environmentNames.dnsServer]: z.string().optional(),
    [environmentNames.websiteAllowPrivate]: z.stringbool(),
    [environmentNames.customTrackingHosts]: z.stringbool().default(false),
  });
  const table = env.ACCOUNTS_TABLE;
  const mailHost = env.MAIL_HOST;
  const email = ownerEmailClient({ ses: mailClient(), mailHost, answersTo: env.OPERATOR_EMAIL, clock });
  const notices = noticeStore({ client, table: env.NOTICES_TABLE, clock });
  const owner = ownerOf(notices);
  return {
    ...{ email, notices },
    domainWork: domainWork({
      ...{ client, table, clock, ses: identityClient(), mailHost, owner },
      ...{ kms: keyClient(), keyId: env.DKIM_KEY_ID, route53: zoneClient(), zoneId: env.HOSTED_ZONE_ID },
      ...{ dnsServer: env.DNS_SERVER, allowPrivateWebsites: env.WEBSITE_ALLOW_PRIVATE },
      ...(env.CUSTOM_TRACKING_HOSTS && { trackingHosts: trackingHostsOfSchedule }),
    }),
  };
}
