import { setTimeout as wait } from "node:timers/promises";
import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

// BatchGetItem takes no more.
const keysPerCall = 100;
const attempts = 6;
const firstPauseMs = 25;

export interface BatchRead {
  readonly keys: readonly Record<string, unknown>[];
  /** Names of the attributes to read; all unless given. */
  readonly attributes?: readonly string[];
}

/**
 * Reads many items, strongly consistently; keys without an item are left out, and the order is any. No key
 * may be given twice.
 *
 * @throws Error when DynamoDB leaves keys unread again and again: a part would read as "missing"
 */
export async function batchGet(
  from: { client: DynamoDBDocumentClient; table: string },
  { keys, attributes }: BatchRead,
): Promise<Record<string, unknown>[]> {
  const calls = Array.from({ length: Math.ceil(keys.length / keysPerCall) }, (_, place) =>
    keys.slice(place * keysPerCall, (place + 1) * keysPerCall),
  );
  const answers = await Promise.all(calls.map((some) => readAll(from, some, attributes)));
  return answers.flat();
}

async function readAll(
  from: { client: DynamoDBDocumentClient; table: string },
  keys: readonly Record<string, unknown>[],
  attributes: readonly string[] | undefined,
): Promise<Record<string, unknown>[]> {
  const read: Record<string, unknown>[] = [];
  let unread = [...keys];
  for (let attempt = 0; unread.length > 0; attempt += 1) {
    if (attempt === attempts) throw new Error(`${unread.length} items stayed unread`);
    if (attempt > 0) await wait(Math.random() * firstPauseMs * 2 ** attempt);
    const request = { Keys: unread, ConsistentRead: true, ...(attributes && projectionOf(attributes)) };
    const answer = await from.client.send(new BatchGetCommand({ RequestItems: { [from.table]: request } }));
    read.push(...(answer.Responses?.[from.table] ?? []));
    unread = answer.UnprocessedKeys?.[from.table]?.Keys ?? [];
  }
  return read;
}

function projectionOf(attributes: readonly string[]) {
  return {
    ProjectionExpression: attributes.map((_, place) => `#a${place}`).join(", "),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, place) => [`#a${place}`, name])),
  };
}
