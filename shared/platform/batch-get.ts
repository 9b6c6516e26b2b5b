import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { chunked, untilDone } from "./batches.ts";

// BatchGetItem takes no more.
const keysPerCall = 100;

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
  const calls = chunked(keys, keysPerCall).map((some) => readAll(from, some, attributes));
  const answers = await Promise.all(calls);
  return answers.flat();
}

async function readAll(
  from: { client: DynamoDBDocumentClient; table: string },
  keys: readonly Record<string, unknown>[],
  attributes: readonly string[] | undefined,
): Promise<Record<string, unknown>[]> {
  const read: Record<string, unknown>[] = [];
  await untilDone(keys, "unread", async (unread) => {
    const request = { Keys: unread, ConsistentRead: true, ...(attributes && projectionOf(attributes)) };
    const answer = await from.client.send(new BatchGetCommand({ RequestItems: { [from.table]: request } }));
    read.push(...(answer.Responses?.[from.table] ?? []));
    return answer.UnprocessedKeys?.[from.table]?.Keys ?? [];
  });
  return read;
}

function projectionOf(attributes: readonly string[]) {
  return {
    ProjectionExpression: attributes.map((_, place) => `#a${place}`).join(", "),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, place) => [`#a${place}`, name])),
  };
}
