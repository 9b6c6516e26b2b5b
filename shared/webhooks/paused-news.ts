import { type AuditEntry, auditEntry, auditNote, system } from "../accounts/audit.ts";
import { derivedIdAt } from "../platform/ids.ts";
import type { WebhookNews } from "../platform/notice.ts";
import { mostRetries, retryIntervalMs } from "./retry-rules.ts";
import type { Webhook } from "./webhook.ts";

/** What the owner of a paused webhook is told. The host alone stands for the URL, which may hold a password. */
export function pausedNews({ webhookId, url }: Webhook, pausedAt: number): WebhookNews {
  const retrying = { retries: mostRetries, retryMinutes: retryIntervalMs / 60_000 };
  return { kind: "webhook_paused", webhookId, host: new URL(url).host, pausedAt, ...retrying };
}

/** What the account's audit log has of a pause, under the same id whenever it is noted. */
export function pausedEntry({ accountId, webhookId }: Webhook, pausedAt: number): AuditEntry {
  const change = { before: { active: true }, after: { active: false } };
  const note = auditNote({ type: "webhook", verb: "paused", id: webhookId, ...change });
  return auditEntry(system, note, pausedAt, derivedIdAt(pausedAt, "webhook_paused", accountId, webhookId));
}
