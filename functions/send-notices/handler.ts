import * as z from "zod";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { noticeEmailStore } from "../../shared/notifications/notice-email-store.ts";
import { ownerEmailClient } from "../../shared/notifications/owner-email-client.ts";
import { sendNotices } from "../../shared/notifications/send-notices.ts";
import { documentClient, mailClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";

const { ACCOUNTS_TABLE, NOTICES_TABLE, MAIL_HOST, OPERATOR_EMAIL } = readEnvironment({
  [environmentNames.accountsTable]: z.string(),
  [environmentNames.noticesTable]: z.string(),
  [environmentNames.mailHost]: z.string(),
  [environmentNames.operatorEmail]: z.string().optional(),
});
const client = documentClient();
const deps = {
  accounts: accountStore({ client, table: ACCOUNTS_TABLE, clock }),
  noticeEmails: noticeEmailStore({ client, table: NOTICES_TABLE, clock }),
  email: ownerEmailClient({ ses: mailClient(), mailHost: MAIL_HOST, answersTo: OPERATOR_EMAIL, clock }),
};

/** Started by the clock, each minute. */
export async function handler(): Promise<void> {
  const { failed } = await sendNotices(deps);
  // After all others are done, so that the alarm on errors tells.
  if (failed > 0) throw new Error(`${failed} notices could not be sent, and wait`);
}
