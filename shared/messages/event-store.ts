import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import type { MessageRow } from "./message.ts";

/** What follows a change of a message that lies in a packed block already. */
export interface Deltas {
  /** @returns the write that joins the transaction in which the message's row becomes `after`, if any */
  deltaFor(after: MessageRow): Promise<TransactionWrite | undefined>;
}

export interface EventStoreDeps {
  readonly client: DynamoDBDocumentClient;
  readonly messagesTable: string;
  readonly statsTable: string;
  readonly deltas?: Deltas;
}

export type EventStore = ReturnType<typeof eventStore>;

/** Events of messages, the rows that they change, and the counters, all changing together. */
export function eventStore(deps: EventStoreDeps) {
  return { deps };
}
