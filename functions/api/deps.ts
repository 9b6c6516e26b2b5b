import * as z from "zod";
import { type AccountStore, accountStore } from "../../shared/accounts/account-store.ts";
import { type RateLimitStore, rateLimitStore } from "../../shared/accounts/rate-limit-store.ts";
import { type StandingStore, standingStore } from "../../shared/accounts/standing-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type DomainStore, domainStore } from "../../shared/domains/domain-store.ts";
import { type HeldStore, heldStore } from "../../shared/messages/held-store.ts";
import { logBlockClient } from "../../shared/messages/log-block-client.ts";
import { logIndexStore } from "../../shared/messages/log-index-store.ts";
import { logRowStore } from "../../shared/messages/log-row-store.ts";
import { bucketClient, documentClient } from "../../shared/platform/aws-clients.ts";
import { type Clock, systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { type StatsStore, statsStore } from "../../shared/stats/stats-store.ts";
import { type OptOutStore, optOutStore } from "../../shared/suppressions/opt-out-store.ts";
import { type SuppressionStore, suppressionStore } from "../../shared/suppressions/suppression-store.ts";

import { type AccessOutside, accessDepsFromEnvironment } from "./access-deps.ts";
import { type DomainOutside, domainDepsFromEnvironment } from "./domain-deps.ts";
import { type ListOutside, listDepsFromEnvironment } from "./list-deps.ts";
import type { HostUrls } from "./openapi/urls.ts";
import { rawMessageDepsFromEnvironment } from "./raw-message-deps.ts";
import type { EmailLogDeps } from "./routes/email-logs.ts";

import { type WebhookOutside, webhookDepsFromEnvironment } from "./webhook-deps.ts";

/** What the account API's routes need of the outside. */
export interface ApiDeps extends WebhookOutside, ListOutside, DomainOutside, AccessOutside {
  readonly accounts: AccountStore;
  readonly rates: RateLimitStore;
  readonly domains: DomainStore;
  readonly suppressions: SuppressionStore;
  readonly optOuts: OptOutStore;
  readonly log: EmailLogDeps["log"];
  readonly rawMessages: EmailLogDeps["rawMessages"];
  readonly stats: StatsStore;
  readonly standings: StandingStore;
  readonly held: HeldStore;
  readonly clock: Clock;
}

/** Where the hosts are, for the API's description. */
export function urlsFromEnvironment(): HostUrls {
  const env = readEnvironment({
    [environmentNames.apiUrl]: z.string(),
    [environmentNames.sendUrl]: z.string(),
    [environmentNames.bulkUrl]: z.string(),
    [environmentNames.trackingUrl]: z.string(),
  });
  return { api: env.API_URL, send: env.SEND_URL, bulk: env.BULK_URL, track: env.TRACKING_URL };
}

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): ApiDeps {
  const { ACCOUNTS_TABLE, COUNTERS_TABLE, SUPPRESSIONS_TABLE, ...env } = readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.countersTable]: z.string(),
    [environmentNames.suppressionsTable]: z.string(),
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.statsTable]: z.string(),
    [environmentNames.logBucket]: z.string(),
  });
  const client = documentClient();
  const messages = { client, table: env.MESSAGES_TABLE };
  const webhooks = webhookDepsFromEnvironment(client);
  return {
    accounts: accountStore({ client, table: ACCOUNTS_TABLE, clock }),
    domains: domainStore({ client, table: ACCOUNTS_TABLE, clock }),
    rates: rateLimitStore({ client, table: COUNTERS_TABLE, clock }),
    suppressions: suppressionStore({ client, table: SUPPRESSIONS_TABLE, clock }),
    optOuts: optOutStore({ client, table: SUPPRESSIONS_TABLE, clock }),
    log: {
      index: logIndexStore(messages),
      rows: logRowStore(messages),
      blocks: logBlockClient({ s3: bucketClient(), bucket: env.LOG_BUCKET }),
      clock,
    },
    rawMessages: rawMessageDepsFromEnvironment(client),
    stats: statsStore({ client, table: env.STATS_TABLE }),
    standings: standingStore({ client, table: ACCOUNTS_TABLE, clock }),
    held: heldStore(messages),
    ...webhooks,
    ...listDepsFromEnvironment(client),
    ...domainDepsFromEnvironment(client),
    ...accessDepsFromEnvironment(client, webhooks),
    clock,
  };
}
