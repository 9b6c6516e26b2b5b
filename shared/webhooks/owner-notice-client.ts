import { type SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import MailComposer from "nodemailer/lib/mail-composer/index.js";
import { mostRetries, retryIntervalMs } from "./retry-rules.ts";
import type { Webhook } from "./webhook.ts";

export type OwnerNoticeClient = ReturnType<typeof ownerNoticeClient>;

/** Tells an account's owner by email, from the operator's own domain. */
export function ownerNoticeClient({ ses, mailHost }: { ses: SESv2Client; mailHost: string }) {
  const sender = `postmaster@${mailHost}`;
  return {
    async tellPaused(ownerEmail: string, webhook: Webhook): Promise<void> {
      const { accountId, webhookId, pausedAt = 0 } = webhook;
      const composer = new MailComposer({
        from: { name: "Postern", address: sender },
        to: ownerEmail,
        subject: `Your webhook ${webhookId} is paused`,
        text: noticeOf(webhook),
        date: new Date(pausedAt),
        // The same each time that it is sent, so that whoever reads a repeat can tell.
        messageId: `<webhook-paused.${accountId}.${webhookId}.${pausedAt}@${mailHost}>`,
        headers: { "Auto-Submitted": "auto-generated" },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      await ses.send(
        new SendEmailCommand({
          FromEmailAddress: sender,
          Destination: { ToAddresses: [ownerEmail] },
          Content: { Raw: { Data: await composer.compile().build() } },
        }),
      );
    },
  };
}

/** The host alone stands for the URL, which may hold a password. */
function noticeOf({ webhookId, url, pausedAt = 0 }: Webhook): string {
  const minutes = retryIntervalMs / 60_000;
  return [
    `Your webhook ${webhookId}, which calls ${new URL(url).host}, was paused at ${new Date(pausedAt).toISOString()}.`,
    `The endpoint did not answer 200 to ${mostRetries} retries, one every ${minutes} minutes.`,
    "",
    "Events of the last 30 days are kept for it. To get them once the endpoint works again, switch the webhook on:",
    "",
    `  PATCH /api/webhooks/${webhookId}  {"webhook": {"active": true}}`,
    "",
  ].join("\n");
}
