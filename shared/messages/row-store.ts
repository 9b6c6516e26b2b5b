import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { accountPartition } from "../platform/account-partition.ts";
import { untilFree } from "../platform/patience.ts";
import { isWriteConflict, isWritten, refusedWrite } from "../platform/refused-writes.ts";
import type { MessageId, MessageRow } from "./message.ts";

/**
 * Log rows and claims live so long: the longest retention of a plan, 30 whole days besides today, and one day to
 * spare. The plans' own, shorter retention is cut when the log is read.
 */
const retentionSeconds = 32 * 24 * 3600;

/** Events are recorded in transactions, on the rows that workers write to: those last for milliseconds. */
const patience = { tries: 8, pauseMs: 10 };

export interface RowTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** A change of a row that is made only while a condition holds. `#state` is named already. */
export interface RowChange {
  readonly set: { readonly [Field in keyof MessageRow]?: MessageRow[Field] | undefined };
  readonly remove?: readonly (keyof MessageRow)[];
  readonly condition: string;
  readonly values?: Record<string, unknown>;
}

/** The `expiresAt` of a row that is written at `epochMs`. */
export function expiryFrom(epochMs: number): number {
  return Math.floor(epochMs / 1000) + retentionSeconds;
}

export function keyOf({ accountId, messageId }: MessageId): { pk: string; sk: string } {
  return { pk: accountPartition(accountId), sk: messageId };
}

/** The row that an item of the table is; only this room writes such items, hence the casts. */
export function rowOf(item: Record<string, unknown>): MessageRow {
  const { pk: _pk, sk, customVariables, ...row } = item;
  const variables = typeof customVariables === "string" && { customVariables: JSON.parse(customVariables) };
  return { ...row, ...variables, messageId: String(sk) } as MessageRow;
}

/** The customer's variables go as text: DynamoDB refuses an item in which a map has an empty name. */
export function itemOf(row: MessageRow): Record<string, unknown> {
  const { messageId: _inKey, customVariables, ...fields } = row;
  const variables = customVariables && { customVariables: JSON.stringify(customVariables) };
  return { ...keyOf(row), ...fields, ...variables };
}

/** Puts a row where there is none. @returns the row that was there already, else undefined */
export async function putIfAbsent(
  { client, table }: RowTable,
  row: MessageRow,
): Promise<MessageRow | undefined> {
  try {
    const put = {
      TableName: table,
      Item: itemOf(row),
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    } as const;
    await untilFree(() => client.send(new PutCommand(put)), isWriteConflict, patience);
    return undefined;
  } catch (error) {
    const existing = refusedWrite(error)?.item;
    if (existing) return rowOf(existing);
    throw error;
  }
}

/** A change of a row, as one command or as a part of a transaction. */
export function updateOf(
  table: string,
  id: MessageId,
  { set, remove = [], condition, values = {} }: RowChange,
) {
  const fields = Object.entries(set).filter(([, value]) => value !== undefined);
  const names = ["state", ...fields.map(([name]) => name), ...remove];
  const assignments = fields.map(([name]) => `#${name} = :set_${name}`).join(", ");
  const removals = remove.map((name) => `#${name}`).join(", ");
  return {
    TableName: table,
    Key: keyOf(id),
    UpdateExpression: `SET ${assignments}${removals && ` REMOVE ${removals}`}`,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...values,
      ...Object.fromEntries(fields.map(([name, value]) => [`:set_${name}`, value])),
    },
  };
}

/** @returns false where the condition does not hold (any more) */
export async function changeRow(
  { client, table }: RowTable,
  id: MessageId,
  change: RowChange,
): Promise<boolean> {
  const update = updateOf(table, id, change);
  return isWritten(untilFree(() => client.send(new UpdateCommand(update)), isWriteConflict, patience));
}
