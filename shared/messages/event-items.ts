import type { MessageEvent } from "../contracts/message-event.ts";
import { accountPartition } from "../platform/account-partition.ts";

/** The sort keys of a message's events begin so. */
export function eventsPrefix(messageId: string): string {
  return `EVENT#${messageId}#`;
}

/** @param expiresAt epoch seconds, the message's own */
export function eventItem(event: MessageEvent, expiresAt: number): Record<string, unknown> {
  const { accountId, messageId, eventId, ...happened } = event;
  const key = { pk: accountPartition(accountId), sk: `${eventsPrefix(messageId)}${eventId}` };
  return { ...key, ...happened, expiresAt };
}

/** The event that an item is; only this room writes such items, hence the cast. */
export function eventOf(item: Record<string, unknown>): MessageEvent {
  const { pk, sk, expiresAt: _expiresAt, ...happened } = item;
  const [, messageId, eventId] = String(sk).split("#");
  const accountId = Number(String(pk).split("#")[1]);
  return { ...happened, accountId, messageId, eventId } as MessageEvent;
}
