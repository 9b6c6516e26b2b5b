import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import pLimit from "p-limit";
import { chunked, untilDone } from "./batches.ts";

export type BatchedWrite = NonNullable<BatchWriteCommandInput["RequestItems"]>[string][number];

// BatchWriteItem takes no more.
const writesPerCall = 25;
const callsAtOnce = 8;

/**
 * Puts or deletes many items, in any order. No key may be given twice.
 *
 * @throws Error when DynamoDB leaves writes undone again and again; the others are done
 */
export async function batchWrite(
  to: { client: DynamoDBDocumentClient; table: string },
  writes: readonly BatchedWrite[],
): Promise<void> {
  await pLimit(callsAtOnce).map(chunked(writes, writesPerCall), (some) => writeAll(to, some));
}

async function writeAll(
  to: { client: DynamoDBDocumentClient; table: string },
  writes: readonly BatchedWrite[],
): Promise<void> {
  await untilDone(writes, "unwritten", async (undone) => {
    const answer = await to.client.send(new BatchWriteCommand({ RequestItems: { [to.table]: undone } }));
    return answer.UnprocessedItems?.[to.table] ?? [];
  });
}
