import type { MessageRow } from "../../shared/messages/message.ts";
import { newId } from "../../shared/platform/ids.ts";

/** A message that was sent at that time, to one of 256 readers. */
export function rowAt(accountId: number, at: number, fields: Partial<MessageRow> = {}): MessageRow {
  const messageId = newId(at);
  return {
    accountId,
    messageId,
    state: "sent",
    status: "enqueued",
    logged: true,
    recorded: 1,
    stream: "bulk",
    domainName: "till.example",
    domainId: 1,
    from: "a@till.example",
    to: `reader${Number.parseInt(messageId.slice(-2), 16)}@example.net`,
    recipientKind: "to",
    subject: "Hello",
    acceptedAt: at,
    expiresAt: 2 ** 31,
    ...fields,
  };
}
