import { mostRetries, retryIntervalMs } from "./retry-rules.ts";
import type { Webhook } from "./webhook.ts";

/** What the owner of a paused webhook reads. The host alone stands for the URL, which may hold a password. */
export function pausedNotice({ webhookId, url, pausedAt = 0 }: Webhook): { subject: string; text: string } {
  const minutes = retryIntervalMs / 60_000;
  const at = new Date(pausedAt).toISOString();
  const text = [
    `Your webhook ${webhookId}, which calls ${new URL(url).host}, was paused at ${at}.`,
    `Its endpoint did not answer 200 to ${mostRetries} retries, one every ${minutes} minutes.`,
    "",
    "Events are kept for it, for 30 days. Once the endpoint works again, switch the webhook on to get them:",
    "",
    `  PATCH /api/webhooks/${webhookId}  {"webhook": {"active": true}}`,
    "",
  ].join("\n");
  return { subject: `Your webhook ${webhookId} is paused`, text };
}
