import * as z from "zod";
import { type AccountStore, accountStore } from "../../shared/accounts/account-store.ts";
import { type RateLimitStore, rateLimitStore } from "../../shared/accounts/rate-limit-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type DomainStore, domainStore } from "../../shared/domains/domain-store.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { type Clock, systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { type OptOutStore, optOutStore } from "../../shared/suppressions/opt-out-store.ts";
import { type SuppressionStore, suppressionStore } from "../../shared/suppressions/suppression-store.ts";

/** What the account API's routes need of the outside. */
export interface ApiDeps {
  readonly accounts: AccountStore;
  readonly rates: RateLimitStore;
  readonly domains: DomainStore;
  readonly suppressions: SuppressionStore;
  readonly optOuts: OptOutStore;
  readonly clock: Clock;
}

/** Where the send hosts are, for the API's description. */
export function urlsFromEnvironment() {
  const { SEND_URL: send, BULK_URL: bulk } = readEnvironment({
    [environmentNames.sendUrl]: z.string(),
    [environmentNames.bulkUrl]: z.string(),
  });
  return { send, bulk };
}

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): ApiDeps {
  const { ACCOUNTS_TABLE, COUNTERS_TABLE, SUPPRESSIONS_TABLE } = readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.countersTable]: z.string(),
    [environmentNames.suppressionsTable]: z.string(),
  });
  const client = documentClient();
  return {
    accounts: accountStore({ client, table: ACCOUNTS_TABLE, clock }),
    domains: domainStore({ client, table: ACCOUNTS_TABLE, clock }),
    rates: rateLimitStore({ client, table: COUNTERS_TABLE, clock }),
    suppressions: suppressionStore({ client, table: SUPPRESSIONS_TABLE, clock }),
    optOuts: optOutStore({ client, table: SUPPRESSIONS_TABLE, clock }),
    clock,
  };
}
