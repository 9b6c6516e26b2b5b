import * as z from "zod";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { domainWork } from "../../shared/domains/domain-work.ts";
import { ownerEmailClient } from "../../shared/notifications/owner-email-client.ts";
import { ownerWriter } from "../../shared/notifications/owner-writer.ts";
import { documentClient, keyClient, mailClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { zoneClient } from "../../shared/platform/zone-client.ts";
import { checkDue } from "./check-due.ts";

const env = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.dkimKeyId]: z.string(),
  [environmentNames.mailHost]: z.string(),
  [environmentNames.hostedZoneId]: z.string().optional(),
  [environmentNames.dnsServer]: z.string().optional(),
  [environmentNames.websiteAllowPrivate]: z.stringbool().default(false),
});
const client = documentClient();
const ses = mailClient();
const table = env.ACCOUNTS_TABLE;
const mailHost = env.MAIL_HOST;
const owner = ownerWriter({
  accounts: accountStore({ client, table, clock }),
  email: ownerEmailClient({ ses, mailHost, clock }),
});
const deps = domainWork({
  ...{ client, table, clock, ses, mailHost, owner },
  ...{ kms: keyClient(), keyId: env.DKIM_KEY_ID, route53: zoneClient(), zoneId: env.HOSTED_ZONE_ID },
  ...{ dnsServer: env.DNS_SERVER, allowPrivateWebsites: env.WEBSITE_ALLOW_PRIVATE },
});

/** Started by the clock, each minute. */
export const handler = () => checkDue(deps);
