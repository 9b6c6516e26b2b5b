import * as z from "zod";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { tokenWatchStore } from "../../shared/accounts/token-watch-store.ts";
import { watchTokens } from "../../shared/accounts/watch-tokens.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";

const { ACCOUNTS_TABLE, NOTICES_TABLE } = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
});
const client = documentClient();
const tokens = tokenWatchStore({ client, table: ACCOUNTS_TABLE, clock });
const audits = auditStore({ client, table: ACCOUNTS_TABLE, clock });
const owner = ownerOf(noticeStore({ client, table: NOTICES_TABLE, clock }));

/** Started by the clock, each hour. */
export const handler = () => watchTokens({ tokens, owner, audits, clock });
