import * as z from "zod";
import type { InvitationDeps } from "../../shared/accounts/accept-invitation.ts";
import { accessStore } from "../../shared/accounts/access-store.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import type { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";

/** What accepting an invitation needs, from the environment. */
export function invitationDepsFromEnvironment(client: ReturnType<typeof documentClient>): InvitationDeps {
  const env = readEnvironment({
    [environmentNames.accountsTable]: z.string(),
    [environmentNames.noticesTable]: z.string(),
  });
  const at = { client, table: env.ACCOUNTS_TABLE, clock };
  return {
    accounts: accountStore(at),
    accesses: accessStore(at),
    audits: auditStore(at),
    notices: noticeStore({ client, table: env.NOTICES_TABLE, clock }),
    clock,
  };
}
