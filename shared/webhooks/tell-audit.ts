import { type AuditEntry, auditFields } from "../accounts/audit.ts";
import type { TellDeps } from "./tell-webhooks.ts";
import { collects } from "./webhook.ts";

/** Lets an entry of an account's audit log wait for whichever webhooks ask for these, and arranges its sending. */
export async function tellAudit(
  { webhooks, backlog, ticks }: TellDeps,
  accountId: number,
  entry: AuditEntry,
): Promise<void> {
  const listening = (await webhooks.recent(accountId)).filter(
    (webhook) => webhook.type === "audit_log" && collects(webhook),
  );
  const payload = JSON.stringify({ ...auditFields(entry), event_id: entry.id });
  const waiting = listening.map(({ webhookId }) => ({ webhookId, at: entry.at, eventId: entry.id, payload }));
  await backlog.put(accountId, waiting);
  await Promise.all(listening.filter(({ active }) => active).map((webhook) => ticks.arrange(webhook, 1)));
}
