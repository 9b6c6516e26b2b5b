import { accountPartition } from "../platform/account-partition.ts";
import type { WebhookId } from "./webhook.ts";

/** Digits of an id, so that text sorts as numbers do. */
const idDigits = 10;
/** Digits of epoch ms until the year 33658. */
const timeDigits = 15;

export const webhookPrefix = "WEBHOOK#";

export function webhookKey({ accountId, webhookId }: WebhookId): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: `${webhookPrefix}${padded(webhookId, idDigits)}` };
}

/** What says how many webhooks an account has had. */
export function creationKey(accountId: number): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: "CREATED" };
}

/** What the keys of a webhook's waiting events begin with. */
export function backlogPrefix(webhookId: number): string {
  return `BACKLOG#${padded(webhookId, idDigits)}#`;
}

/** The key of a waiting event: by the time of happening, and the same each time that it is told. */
export function backlogKey(webhookId: number, event: { at: number; eventId: string }): string {
  return `${backlogPrefix(webhookId)}${padded(event.at, timeDigits)}#${event.eventId}`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
