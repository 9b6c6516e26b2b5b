import { setTimeout as wait } from "node:timers/promises";
import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import pLimit from "p-limit";

export type BatchedWrite = NonNullable<BatchWriteCommandInput["RequestItems"]>[string][number];

// BatchWriteItem takes no more.
const writesPerCall = 25;
const callsAtOnce = 8;
const attempts = 6;
const firstPauseMs = 25;

/**
 * Puts or deletes many items, in any order. No key may be given twice.
 *
 * @throws Error when DynamoDB leaves writes undone again and again; the others are done
 */
export async function batchWrite(
  to: { client: DynamoDBDocumentClient; table: string },
  writes: readonly BatchedWrite[],
): Promise<void> {
  const calls = Array.from({ length: Math.ceil(writes.length / writesPerCall) }, (_, place) =>
    writes.slice(place * writesPerCall, (place + 1) * writesPerCall),
  );
  await pLimit(callsAtOnce).map(calls, (some) => writeAll(to, some));
}

async function writeAll(
  to: { client: DynamoDBDocumentClient; table: string },
  writes: readonly BatchedWrite[],
): Promise<void> {
  let undone = [...writes];
  for (let attempt = 0; undone.length > 0; attempt += 1) {
    if (attempt === attempts) throw new Error(`${undone.length} items stayed unwritten`);
    if (attempt > 0) await wait(Math.random() * firstPauseMs * 2 ** attempt);
    const answer = await to.client.send(new BatchWriteCommand({ RequestItems: { [to.table]: undone } }));
    undone = answer.UnprocessedItems?.[to.table] ?? [];
  }
}
