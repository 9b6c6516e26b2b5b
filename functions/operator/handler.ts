import * as z from "zod";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { dkimKeyClient } from "../../shared/domains/dkim-key-client.ts";
import { domainStore } from "../../shared/domains/domain-store.ts";
import { sesIdentityClient } from "../../shared/domains/ses-identity-client.ts";
import { documentClient, keyClient, mailClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { quotaStore } from "../../shared/quota/quota-store.ts";
import { perform } from "./perform.ts";

const { ACCOUNTS_TABLE, QUOTA_TABLE, DKIM_KEY_ID } = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.quotaTable]: z.string(),
  [environmentNames.dkimKeyId]: z.string(),
});
const client = documentClient();
const accounts = accountStore({ client, table: ACCOUNTS_TABLE, clock });
const domains = domainStore({ client, table: ACCOUNTS_TABLE, clock });
const quota = quotaStore({ client, table: QUOTA_TABLE, clock });
const dkimKeys = dkimKeyClient({ kms: keyClient(), keyId: DKIM_KEY_ID });
const sesIdentities = sesIdentityClient({ ses: mailClient(), dkimKeys });

/** The operator's own commands, invoked directly; the answer may hold a secret and is never logged. */
export const handler = (event: unknown) =>
  perform({ accounts, domains, quota, dkimKeys, sesIdentities, clock }, event);
