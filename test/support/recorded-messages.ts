import type { EventKind, EventOf } from "../../shared/contracts/message-event.ts";
import { copyReaderClient } from "../../shared/messages/copy-reader-client.ts";
import { eventStore } from "../../shared/messages/event-store.ts";
import { logBlockClient } from "../../shared/messages/log-block-client.ts";
import { logIndexStore } from "../../shared/messages/log-index-store.ts";
import { logRowStore } from "../../shared/messages/log-row-store.ts";
import type { MessageLog, MessageRow } from "../../shared/messages/message.ts";
import { newRowStore } from "../../shared/messages/new-row-store.ts";
import { record } from "../../shared/messages/record.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { newId } from "../../shared/platform/ids.ts";
import { statsStore } from "../../shared/stats/stats-store.ts";
import { documentClientFor } from "./dynamodb.ts";
import { eventOf, rowOf } from "./message-events.ts";
import type { SendService } from "./send-service.ts";

type Happened = EventKind | readonly [EventKind, Partial<EventOf<EventKind>>];

/** The log and the statistics of a send service, and messages that were sent some time ago. */
export function recordedMessages(service: SendService, clock: Clock) {
  const client = documentClientFor(service.dynamo);
  const messages = { client, table: "Messages" };
  const events = eventStore({ client, messagesTable: "Messages", statsTable: "Stats" });
  const rows = newRowStore({ client, table: "Messages", statsTable: "Stats" });
  return {
    deps: {
      log: {
        index: logIndexStore(messages),
        rows: logRowStore(messages),
        blocks: logBlockClient({ s3: service.s3, bucket: "payloads" }),
        clock,
      },
      stats: statsStore({ client, table: "Stats" }),
      rawMessages: {
        messages: service.messages,
        copies: copyReaderClient({ s3: service.s3, bucket: "payloads" }),
        linkKeys: { key: async () => "k".repeat(64) },
        clock,
        apiUrl: "https://api.example.net",
        warn: () => undefined,
      },
    },

    /** A message that was accepted at a time, and what happened to it in the minutes after. @returns its id */
    async sent(
      accountId: number,
      acceptedAt: number,
      {
        happened = [],
        ...log
      }: Partial<MessageLog> & Pick<MessageRow, "copy"> & { happened?: readonly Happened[] } = {},
    ): Promise<string> {
      const id = { accountId, messageId: newId(acceptedAt) };
      await rows.put(rowOf(id, acceptedAt, log));
      const all = happened.map((one, place) => {
        const [kind, change] = typeof one === "string" ? ([one, {}] as const) : one;
        return { event: eventOf(id, kind, acceptedAt + (place + 1) * 60_000, change), again: false };
      });
      const { failed } = await record({ events, clock }, all);
      if (failed.length > 0) throw failed[0]?.error;
      return id.messageId;
    },
  };
}
