import * as z from "zod";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { tokenWatchStore } from "../../shared/accounts/token-watch-store.ts";
import { watchTokens } from "../../shared/accounts/watch-tokens.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { ownerEmailClient } from "../../shared/notifications/owner-email-client.ts";
import { ownerWriter } from "../../shared/notifications/owner-writer.ts";
import { documentClient, mailClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";

const { ACCOUNTS_TABLE, MAIL_HOST } = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.mailHost]: z.string(),
});
const at = { client: documentClient(), table: ACCOUNTS_TABLE, clock };
const email = ownerEmailClient({ ses: mailClient(), mailHost: MAIL_HOST, clock });
const owner = ownerWriter({ accounts: accountStore(at), email });

/** Started by the clock, each hour. */
export const handler = () => watchTokens({ tokens: tokenWatchStore(at), owner, clock });
