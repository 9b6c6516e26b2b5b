import type { MessageEvent } from "../contracts/message-event.ts";
import { accountPartition } from "../platform/account-partition.ts";
import type { TransactionWrite } from "../platform/refused-writes.ts";
import type { CounterChanges } from "./counters.ts";
import { eventItem } from "./event-items.ts";
import type { MessageEvents, MessageRow } from "./message.ts";
import { keyOf } from "./row-store.ts";

/** A message's row before and after events of which none is recorded yet. */
export interface Change {
  readonly before: MessageRow;
  readonly after: MessageRow;
  readonly events: readonly MessageEvent[];
}

/** Everything of a row that events change. */
const fields: readonly ("status" | keyof MessageEvents)[] = [
  "status",
  "recorded",
  "events",
  "opensCount",
  "clicksCount",
  "esp",
  "recipientMx",
  "sendingIp",
  "espResponse",
  "responseCode",
  "enhancedStatus",
  "bounceCategory",
  "espFrom",
  "factsFrom",
];

/** The row becomes `after`, if it is still as it was read: else events are missing in `after`. */
export function rowWrite(table: string, { before, after }: Change): TransactionWrite {
  const set = fields.filter((name) => after[name] !== undefined && after[name] !== before[name]);
  const remove = fields.filter((name) => after[name] === undefined && before[name] !== undefined);
  const assignments = set.map((name) => `#${name} = :${name}`).join(", ");
  const removals = remove.map((name) => `#${name}`).join(", ");
  const { recorded: seen } = before;
  return {
    Update: {
      TableName: table,
      Key: keyOf(before),
      UpdateExpression: `SET ${assignments}${removals && ` REMOVE ${removals}`}`,
      ConditionExpression: `attribute_exists(#state) AND ${
        seen === undefined ? "attribute_not_exists(#recorded)" : "#recorded = :seen"
      }`,
      ExpressionAttributeNames: Object.fromEntries(
        ["state", "recorded", ...set, ...remove].map((name) => [`#${name}`, name]),
      ),
      ExpressionAttributeValues: {
        ...Object.fromEntries(set.map((name) => [`:${name}`, after[name]])),
        ...(seen !== undefined && { ":seen": seen }),
      },
    },
  };
}

/** The event, once. */
export function eventWrite(table: string, event: MessageEvent, expiresAt: number): TransactionWrite {
  return {
    Put: {
      TableName: table,
      Item: eventItem(event, expiresAt),
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
}

/** @param keyFor the sort key under which a counter's changes are counted */
export function counterWrites(
  table: string,
  accountId: number,
  changes: CounterChanges,
  keyFor = (sk: string) => sk,
): TransactionWrite[] {
  return [...changes].map(([sk, counts]) => {
    const numbers = Object.entries(counts);
    return {
      Update: {
        TableName: table,
        Key: { pk: accountPartition(accountId), sk: keyFor(sk) },
        UpdateExpression: `ADD ${numbers.map(([name]) => `#${name} :${name}`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(numbers.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(numbers.map(([name, by]) => [`:${name}`, by])),
      },
    };
  });
}
