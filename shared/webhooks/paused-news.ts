import type { WebhookNews } from "../platform/notice.ts";
import { mostRetries, retryIntervalMs } from "./retry-rules.ts";
import type { Webhook } from "./webhook.ts";

/** What the owner of a paused webhook is told. The host alone stands for the URL, which may hold a password. */
export function pausedNews({ webhookId, url }: Webhook, pausedAt: number): WebhookNews {
  const retrying = { retries: mostRetries, retryMinutes: retryIntervalMs / 60_000 };
  return { kind: "webhook_paused", webhookId, host: new URL(url).host, pausedAt, ...retrying };
}
