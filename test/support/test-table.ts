import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startDynamoEngine } from "../../local/engines/dynamodb.ts";

export interface TestTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  stop(): Promise<void>;
}

/** A table with the keys `pk` and `sk`, as every table of ours has, in an engine of its own. */
export async function startTestTable(table: string): Promise<TestTable> {
  const engine = await startDynamoEngine({ engine: "dynoxide" });
  const bare = new DynamoDBClient({
    endpoint: engine.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await bare.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  const client = DynamoDBDocumentClient.from(bare, { marshallOptions: { removeUndefinedValues: true } });
  return { client, table, stop: () => engine.stop() };
}

/** A clock that stands still until it is set. */
export function settableClock(start: number) {
  let now = start;
  return {
    now: () => now,
    set: (epochMs: number) => {
      now = epochMs;
    },
    advance: (ms: number) => {
      now += ms;
    },
  };
}
