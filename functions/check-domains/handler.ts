import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { domainWork } from "../../shared/domains/domain-work.ts";
import { trackingHostClient } from "../../shared/domains/tracking-host-client.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { documentClient, identityClient, keyClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { edgeClient } from "../../shared/platform/edge-client.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { zoneClient } from "../../shared/platform/zone-client.ts";
import { checkDue } from "./check-due.ts";

const env = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
  [environmentNames.dkimKeyId]: z.string(),
  [environmentNames.mailHost]: z.string(),
  [environmentNames.hostedZoneId]: z.string().optional(),
  [environmentNames.dnsServer]: z.string().optional(),
  [environmentNames.websiteAllowPrivate]: z.stringbool().default(false),
  [environmentNames.trackingDistributionId]: z.string().optional(),
  [environmentNames.trackingConnectionGroupId]: z.string().optional(),
});
const client = documentClient();
const ses = identityClient();
const table = env.ACCOUNTS_TABLE;
const mailHost = env.MAIL_HOST;
const owner = ownerOf(noticeStore({ client, table: env.NOTICES_TABLE, clock }));
const { TRACKING_DISTRIBUTION_ID: distributionId, TRACKING_CONNECTION_GROUP_ID: connectionGroupId } = env;
const deps = domainWork({
  ...{ client, table, clock, ses, mailHost, owner },
  ...{ kms: keyClient(), keyId: env.DKIM_KEY_ID, route53: zoneClient(), zoneId: env.HOSTED_ZONE_ID },
  ...{ dnsServer: env.DNS_SERVER, allowPrivateWebsites: env.WEBSITE_ALLOW_PRIVATE },
  ...(distributionId &&
    connectionGroupId && {
      trackingHosts: trackingHostClient({ cloudfront: edgeClient(), distributionId, connectionGroupId }),
    }),
});

/** Started by the clock, each minute. */
export const handler = () => checkDue(deps);
