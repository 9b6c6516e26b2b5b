import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { accessStore } from "../../shared/accounts/access-store.ts";
import { accountListStore } from "../../shared/accounts/account-list-store.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { organizationStore } from "../../shared/accounts/organization-store.ts";
import { standingStore } from "../../shared/accounts/standing-store.ts";
import { refundEventsClient } from "../../shared/billing/refund-events-client.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { heldJobClient } from "../../shared/delivery/held-job-client.ts";
import { companyInfoStore } from "../../shared/domains/company-info-store.ts";
import { domainReviewStore } from "../../shared/domains/domain-review-store.ts";
import { domainWork } from "../../shared/domains/domain-work.ts";
import { eventsQueueClient } from "../../shared/messages/events-queue-client.ts";
import { heldStore } from "../../shared/messages/held-store.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import {
  bucketClient,
  documentClient,
  eventBridgeClient,
  identityClient,
  keyClient,
  queueClient,
} from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { zoneClient } from "../../shared/platform/zone-client.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { deliveryQueueClient } from "../../shared/submission/delivery-queue-client.ts";
import { deadLetterClient } from "./dead-letter-client.ts";
import { doctorDeps } from "./doctor-deps.ts";
import { installationFrom } from "./installation.ts";
import { type OperatorDeps, perform } from "./perform.ts";

const env = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.quotaTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
  [environmentNames.eventsQueueUrl]: z.string(),
  [environmentNames.dkimKeyId]: z.string(),
  [environmentNames.mailHost]: z.string(),
  [environmentNames.hostedZoneId]: z.string().optional(),
  [environmentNames.dnsServer]: z.string().optional(),
  [environmentNames.messagesTable]: z.string(),
  [environmentNames.payloadsBucket]: z.string(),
  [environmentNames.transactionalQueueUrl]: z.string(),
  [environmentNames.bulkQueueUrl]: z.string(),
  [environmentNames.installation]: z.string(),
});
const client = documentClient();
const ses = identityClient();
const table = env.ACCOUNTS_TABLE;
const mailHost = env.MAIL_HOST;
const accounts = accountStore({ client, table, clock });
const accesses = accessStore({ client, table, clock });
const organizations = organizationStore({ client, table });
const audits = auditStore({ client, table, clock });
const owner = ownerOf(noticeStore({ client, table: env.NOTICES_TABLE, clock }));
const work = domainWork({
  ...{ client, table, clock, ses, mailHost, owner },
  ...{ kms: keyClient(), keyId: env.DKIM_KEY_ID, route53: zoneClient(), zoneId: env.HOSTED_ZONE_ID },
  ...{ dnsServer: env.DNS_SERVER, allowPrivateWebsites: false },
});
const sqs = queueClient();
const events = eventsQueueClient({ sqs, queueUrl: env.EVENTS_QUEUE_URL });
const quota = quotaStore({ client, table: env.QUOTA_TABLE, clock });

const letGoDeps = {
  standings: standingStore({ client, table, clock }),
  held: heldStore({ client, table: env.MESSAGES_TABLE }),
  heldJobs: heldJobClient({ s3: bucketClient(), bucket: env.PAYLOADS_BUCKET }),
  queues: {
    transactional: deliveryQueueClient({ sqs, queueUrl: env.TRANSACTIONAL_QUEUE_URL }),
    bulk: deliveryQueueClient({ sqs, queueUrl: env.BULK_QUEUE_URL }),
  },
};

const installation = installationFrom(env.INSTALLATION, env.EVENTS_QUEUE_URL);

const deps: OperatorDeps = {
  ...{ ...work, ...letGoDeps, pause },
  ...{ accounts, accesses, organizations, audits, quota, events },
  refundEvents: refundEventsClient({ events: eventBridgeClient() }),
  accountList: accountListStore({ client, table }),
  domainReviews: domainReviewStore({ client, table }),
  companyInfos: companyInfoStore({ client, table }),
  installation,
  deadLetters: deadLetterClient(sqs),
  doctor: doctorDeps({ client, clock, mailHost, installation }),
};

/** The operator's own commands, invoked directly; the answer may hold a secret and is never logged. */
export const handler = (event: unknown) => perform(deps, event);
