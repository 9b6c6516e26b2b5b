import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../platform/clock.ts";
import type { MessageId } from "./message.ts";
import { keyOf, putIfAbsent, type RowTable, rowOf } from "./row-store.ts";

const keptSeconds = 3_600;

export type ProbeStore = ReturnType<typeof probeStore>;

/** Messages of nobody, by which an installation is tried: what becomes of them is recorded as of any other. */
export function probeStore({ clock, ...at }: RowTable & { clock: Clock }) {
  return {
    async put(id: MessageId): Promise<void> {
      const expiresAt = Math.floor(clock.now() / 1_000) + keptSeconds;
      await putIfAbsent(at, { ...id, state: "sent", status: "enqueued", expiresAt });
    },

    async isDelivered(id: MessageId): Promise<boolean> {
      const { Item } = await at.client.send(
        new GetCommand({ TableName: at.table, Key: keyOf(id), ConsistentRead: true }),
      );
      return Item !== undefined && rowOf(Item).events?.delivery !== undefined;
    },
  };
}
