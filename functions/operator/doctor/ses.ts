import type { Finding } from "../../../shared/contracts/operator-answers.ts";
import { failed, look, type Outcome, ok, warning } from "./finding.ts";
import type { InstallationClient } from "./installation-client.ts";

export interface SesDeps {
  readonly aws: Pick<InstallationClient, "mailAccount" | "identity">;
  readonly mailHost: string;
}

/** Above this part of the day's quota there is little room for a busy hour. */
const crowded = 0.8;

type MailAccount = Awaited<ReturnType<InstallationClient["mailAccount"]>>;

/** The AWS account's own standing with Amazon SES, and the operator's identity. */
export async function examineSes({ aws, mailHost }: SesDeps): Promise<Finding[]> {
  let account: Promise<MailAccount> | undefined;
  const known = () => {
    account ??= aws.mailAccount();
    return account;
  };
  return [
    await look("Sending", async () => sendingOutcome(await known())),
    await look("Sandbox", async () => sandboxOutcome(await known())),
    await look("Quota", async () => quotaOutcome(await known())),
    await look("Identity of the mail host", () => identityOutcome({ aws, mailHost })),
  ];
}

function sendingOutcome({ SendingEnabled, EnforcementStatus }: MailAccount): Outcome {
  if (SendingEnabled !== true) {
    return failed(
      "sending is paused for this AWS account in this region",
      "If Amazon has paused it, answer its message in the Support Center; if you have: aws sesv2 put-account-sending-attributes --sending-enabled",
    );
  }
  if (EnforcementStatus !== undefined && EnforcementStatus !== "HEALTHY") {
    return warning(
      `Amazon has put the account under review (${EnforcementStatus})`,
      "Answer its message in the Support Center, and see the runbook's entries Bounce rate and Complaint rate.",
    );
  }
  return ok("it is enabled, and the account in good standing");
}

function sandboxOutcome({ ProductionAccessEnabled }: MailAccount): Outcome {
  if (ProductionAccessEnabled === true) return ok("the account is out of it");
  return warning(
    "the account is in SES's sandbox: mail reaches only addresses that you have verified, and the simulator",
    "Ask Amazon for production access: SES console, Account dashboard, Request production access.",
  );
}

function quotaOutcome({ SendQuota = {} }: MailAccount): Outcome {
  const { Max24HourSend = 0, SentLast24Hours = 0, MaxSendRate = 0 } = SendQuota;
  const says = `${SentLast24Hours} of ${Max24HourSend} emails in 24 hours, ${MaxSendRate} a second`;
  // -1: no limit.
  if (Max24HourSend < 0 || SentLast24Hours < crowded * Max24HourSend) return ok(says);
  return warning(says, "Ask Amazon for a higher sending quota: Service Quotas, Amazon SES.");
}

async function identityOutcome({ aws, mailHost }: SesDeps): Promise<Outcome> {
  const identity = await aws.identity(mailHost);
  if (identity === undefined) {
    return failed(
      `${mailHost} is no identity in Amazon SES: notices to customers cannot be sent`,
      `Deploy the stack again, which makes it, or: aws sesv2 create-email-identity --email-identity ${mailHost}`,
    );
  }
  const { VerifiedForSendingStatus, DkimAttributes: { Status = "NOT_STARTED", Tokens = [] } = {} } = identity;
  if (VerifiedForSendingStatus === true && Status === "SUCCESS") return ok(`${mailHost} is verified`);
  const records = Tokens.map((token) => `${token}._domainkey.${mailHost} CNAME ${token}.dkim.amazonses.com`);
  return failed(
    `${mailHost} is not verified (DKIM ${Status})`,
    `Add the records, and wait until SES has seen them: ${records.join("; ")}`,
  );
}
