import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { logBlockClient } from "../../shared/messages/log-block-client.ts";
import { logIndexStore } from "../../shared/messages/log-index-store.ts";
import { logPackingStore } from "../../shared/messages/log-packing-store.ts";
import type { MessageRow } from "../../shared/messages/message.ts";
import { packedLogStore } from "../../shared/messages/packed-log-store.ts";
import { itemOf } from "../../shared/messages/row-store.ts";
import type { Clock } from "../../shared/platform/clock.ts";
import { startTestBucket } from "./test-bucket.ts";

/** The log on an embedded DynamoDB and S3, with a recorder reduced to what the log sees of it. */
export async function startLogService({
  client,
  table,
  clock,
}: {
  client: DynamoDBDocumentClient;
  table: string;
  clock: Clock;
}) {
  const { s3, bucket, stop } = await startTestBucket();
  const recorder = () => packedLogStore({ client, table, clock, random: () => 0 });
  return {
    index: logIndexStore({ client, table }),
    packing: logPackingStore({ client, table }),
    blocks: logBlockClient({ s3, bucket }),
    clock,
    s3,
    /** A client that remembers nothing yet. */
    newBlocks: () => logBlockClient({ s3, bucket }),
    recorder,
    /** Writes a row as a recorder does, together with its delta. */
    async record(packed: ReturnType<typeof recorder>, row: MessageRow): Promise<void> {
      const delta = await packed.deltaFor(row);
      await client.send(new PutCommand({ TableName: table, Item: itemOf(row) }));
      if (delta?.Put) await client.send(new PutCommand(delta.Put));
    },
    stop,
  };
}

export type LogService = Awaited<ReturnType<typeof startLogService>>;
