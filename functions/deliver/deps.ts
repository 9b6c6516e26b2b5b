import * as z from "zod";
import { accountStore, watchfully } from "../../shared/accounts/account-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { metricNames } from "../../shared/contracts/metric-names.ts";
import { streamSchema } from "../../shared/contracts/streams.ts";
import { contentClient } from "../../shared/delivery/content-client.ts";
import type { DeliverDeps } from "../../shared/delivery/deliver-deps.ts";
import { deliveryQueueClient } from "../../shared/delivery/delivery-queue-client.ts";
import { guardedRoute, unguardedRoute } from "../../shared/delivery/guarded-route.ts";
import { heldJobClient } from "../../shared/delivery/held-job-client.ts";
import { mailServerClient } from "../../shared/delivery/mail-server-client.ts";
import { mxHop } from "../../shared/delivery/mx-client.ts";
import { relayHop } from "../../shared/delivery/relay-client.ts";
import { roomOf } from "../../shared/delivery/room.ts";
import type { Routes } from "../../shared/delivery/routes.ts";
import { sesRoute } from "../../shared/delivery/ses-client.ts";
import { smtpRoute } from "../../shared/delivery/smtp-route.ts";
import { dkimKeyClient } from "../../shared/domains/dkim-key-client.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import { claimStore } from "../../shared/messages/claim-store.ts";
import { eventsQueueClient } from "../../shared/messages/events-queue-client.ts";
import { heldStore } from "../../shared/messages/held-store.ts";
import { jointEvents } from "../../shared/messages/joint-events.ts";
import { packedLogStore } from "../../shared/messages/packed-log-store.ts";
import {
  bucketClient,
  documentClient,
  keyClient,
  mailClient,
  queueClient,
  secretClient,
} from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { dnsClient } from "../../shared/platform/dns-client.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger, metrics } from "../../shared/platform/observability.ts";
import { hourStore } from "../../shared/quota/hour-store.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import { linkKeyClient } from "../../shared/tracking/link-key-client.ts";

/** Small messages that one process has under way at once; its connections to SES are 50. */
const messagesAtOnce = 32;

function environment() {
  return readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.quotaTable]: z.string(),
    [environmentNames.countersTable]: z.string(),
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.statsTable]: z.string(),
    [environmentNames.suppressionsTable]: z.string(),
    [environmentNames.payloadsBucket]: z.string(),
    [environmentNames.deliveryQueueUrl]: z.string(),
    [environmentNames.eventsQueueUrl]: z.string(),
    [environmentNames.stream]: streamSchema,
    [environmentNames.configurationSet]: z.string(),
    [environmentNames.mailHost]: z.string(),
    [environmentNames.trackingUrl]: z.string(),
    [environmentNames.linkSecretArn]: z.string(),
    [environmentNames.dkimKeyId]: z.string(),
    [environmentNames.smtpRoute]: z.enum(["relay", "mx", "off"]),
    [environmentNames.smtpRelaySecretArn]: z.string().optional(),
    [environmentNames.dnsServer]: z.string().optional(),
  });
}

type Environment = ReturnType<typeof environment>;

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): DeliverDeps {
  const env = environment();
  const client = documentClient();
  const secrets = secretClient();
  const sqs = queueClient();
  const s3 = bucketClient();
  const accounts = accountStore({ client, table: env.ACCOUNTS_TABLE, clock, known: watchfully });
  return {
    accounts,
    domains: domainStore({ client, table: env.ACCOUNTS_TABLE, clock }),
    hours: hourStore({ client, table: env.COUNTERS_TABLE, clock }),
    claims: claimStore({
      client,
      table: env.MESSAGES_TABLE,
      statsTable: env.STATS_TABLE,
      packedLog: packedLogStore({ client, table: env.MESSAGES_TABLE, clock, random: Math.random }),
      clock,
      takeUnit: quotaStore({ client, table: env.QUOTA_TABLE, clock }).takeBack,
    }),
    contents: contentClient({ s3, bucket: env.PAYLOADS_BUCKET }),
    holding: {
      accounts,
      held: heldStore({ client, table: env.MESSAGES_TABLE }),
      heldJobs: heldJobClient({ s3, bucket: env.PAYLOADS_BUCKET }),
    },
    queue: deliveryQueueClient({ sqs, queueUrl: env.DELIVERY_QUEUE_URL, clock }),
    events: jointEvents(eventsQueueClient({ sqs, queueUrl: env.EVENTS_QUEUE_URL })),
    suppressions: suppressionStore({ client, table: env.SUPPRESSIONS_TABLE, clock }),
    mailServers: mailServerClient({ dns: dnsClient({ server: env.DNS_SERVER }), clock }),
    routes: routesOf(env, secrets),
    composing: {
      mailHost: env.MAIL_HOST,
      trackingUrl: env.TRACKING_URL,
      linkKeys: linkKeyClient({ secrets, arn: env.LINK_SECRET_ARN }),
    },
    room: roomOf(messagesAtOnce),
    clock,
    random: Math.random,
    warn: (text, { error, ...ids }) =>
      logger.warn(text, { ...ids, ...(error ? { failure: failureOf(error) } : {}) }),
  };
}

function routesOf(env: Environment, secrets: ReturnType<typeof secretClient>): Routes {
  const ses = sesRoute({ ses: mailClient(), configurationSet: env.CONFIGURATION_SET, stream: env.STREAM });
  return { ses: guardedRoute(ses, guardOf("ses")), smtp: smtpOf(env, secrets) };
}

function smtpOf(env: Environment, secrets: ReturnType<typeof secretClient>): Routes["smtp"] {
  const dkimKeys = dkimKeyClient({ kms: keyClient(), keyId: env.DKIM_KEY_ID });
  if (env.SMTP_ROUTE === "mx") {
    return unguardedRoute(smtpRoute({ hop: mxHop({ ownName: env.MAIL_HOST }), dkimKeys }));
  }
  if (env.SMTP_ROUTE === "off" || env.SMTP_RELAY_SECRET_ARN === undefined) return undefined;
  const hop = relayHop({ secrets, secretArn: env.SMTP_RELAY_SECRET_ARN, clock });
  return guardedRoute(smtpRoute({ hop, dkimKeys }), guardOf("smtp"));
}

function guardOf(route: string) {
  return {
    clock,
    onSick: (reason: string) => {
      logger.warn("a route is left alone for a while", { route, reason });
      metrics.addMetric(metricNames.routeBreakerOpened, "Count", 1);
    },
  };
}
