import * as z from "zod";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type DomainWork, domainWork } from "../../shared/domains/domain-work.ts";
import { type OwnerEmailClient, ownerEmailClient } from "../../shared/notifications/owner-email-client.ts";
import { ownerWriter } from "../../shared/notifications/owner-writer.ts";
import { type documentClient, keyClient, mailClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { zoneClient } from "../../shared/platform/zone-client.ts";

export interface DomainOutside {
  readonly domainWork: DomainWork;
  /** Email of the service itself, to whom a customer names. */
  readonly email: OwnerEmailClient;
}

/** What the routes of domains need of the outside besides what others need. */
export function domainDepsFromEnvironment(client: ReturnType<typeof documentClient>): DomainOutside {
  const env = readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.dkimKeyId]: z.string(),
    [environmentNames.mailHost]: z.string(),
    [environmentNames.hostedZoneId]: z.string().optional(),
    [environmentNames.dnsServer]: z.string().optional(),
    [environmentNames.websiteAllowPrivate]: z.stringbool(),
  });
  const ses = mailClient();
  const table = env.ACCOUNTS_TABLE;
  const mailHost = env.MAIL_HOST;
  const email = ownerEmailClient({ ses, mailHost, clock });
  const owner = ownerWriter({ accounts: accountStore({ client, table, clock }), email });
  return {
    email,
    domainWork: domainWork({
      ...{ client, table, clock, ses, mailHost, owner },
      ...{ kms: keyClient(), keyId: env.DKIM_KEY_ID, route53: zoneClient(), zoneId: env.HOSTED_ZONE_ID },
      ...{ dnsServer: env.DNS_SERVER, allowPrivateWebsites: env.WEBSITE_ALLOW_PRIVATE },
    }),
  };
}
