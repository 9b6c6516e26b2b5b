import * as z from "zod";
import { standingStore } from "../../shared/accounts/standing-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { suspensionRulesSchema } from "../../shared/contracts/suspension-rules.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import { logPackingStore } from "../../shared/messages/log-packing-store.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { eachAlone } from "../../shared/platform/each-alone.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { statsStore } from "../../shared/stats/stats-store.ts";
import { type WatchDeps, watchAccount } from "./watch.ts";
import { type WatchDomainsDeps, watchDomains } from "./watch-domains.ts";

const env = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.messagesTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
  [environmentNames.statsTable]: z.string(),
  [environmentNames.suspensionRules]: z
    .string()
    .transform((json) => suspensionRulesSchema.parse(JSON.parse(json))),
});
const client = documentClient();
const accounts = { client, table: env.ACCOUNTS_TABLE, clock };
const deps: WatchDeps & WatchDomainsDeps = {
  packing: logPackingStore({ client, table: env.MESSAGES_TABLE }),
  standings: standingStore(accounts),
  domains: domainStore(accounts),
  owner: ownerOf(noticeStore({ client, table: env.NOTICES_TABLE, clock })),
  stats: statsStore({ client, table: env.STATS_TABLE }),
  rules: env.SUSPENSION_RULES,
  clock,
};

/** Started by schedule: looks at the bounces and complaints of the accounts that have sent lately, and of their domains. */
export async function handler(): Promise<void> {
  const accountIds = (await deps.packing.workList()).map(({ accountId }) => accountId);
  const trouble = {
    text: "an account's rates could not be looked at",
    naming: (accountId: number) => ({ accountId }),
  };
  const failed = await eachAlone(accountIds, trouble, async (accountId) => {
    await watchAccount(deps, accountId);
    await watchDomains(deps, accountId);
  });
  // After all others are done, so that the alarm on errors tells.
  if (failed.length > 0) throw new Error(`the rates of ${failed.length} accounts could not be looked at`);
}
