import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from "@aws-sdk/client-dynamodb";
import type { DeployedResource, Deployment } from "../template/deployment.ts";

interface ExpiringTable {
  readonly name: string;
  readonly attribute: string;
  readonly keys: readonly string[];
}

/** Deletes the items whose time to live is over by the local clock, in every table that declares one. */
export function tableExpiry(deployment: Deployment, dynamodb: DynamoDBClient): () => Promise<void> {
  const tables = deployment.resources("AWS::DynamoDB::Table").flatMap(expiringTable);
  return async () => {
    for (const table of tables) await expireItems(table, dynamodb);
  };
}

function expiringTable({ ref, properties }: DeployedResource): ExpiringTable[] {
  const { Enabled, AttributeName } = Object(properties["TimeToLiveSpecification"]) as {
    Enabled?: boolean;
    AttributeName?: string;
  };
  if (Enabled !== true || !AttributeName) return [];
  const keys = (properties["KeySchema"] as { AttributeName: string }[]).map((key) => key.AttributeName);
  return [{ name: ref, attribute: AttributeName, keys }];
}

async function expireItems(
  { name, attribute, keys }: ExpiringTable,
  dynamodb: DynamoDBClient,
): Promise<void> {
  const expired = {
    ExpressionAttributeNames: { "#expiry": attribute },
    ExpressionAttributeValues: { ":now": { N: String(Math.floor(Date.now() / 1000)) } },
  };
  const pages = paginateScan(
    { client: dynamodb },
    {
      TableName: name,
      FilterExpression: "#expiry < :now",
      ProjectionExpression: keys.map((_, index) => `#key${index}`).join(", "),
      ...expired,
      ExpressionAttributeNames: {
        ...expired.ExpressionAttributeNames,
        ...Object.fromEntries(keys.map((key, index) => [`#key${index}`, key])),
      },
    },
  );
  for await (const { Items: items = [] } of pages) {
    for (const Key of items) {
      // Written again since the scan, the item may live on.
      const deletion = { TableName: name, Key: Key as Record<string, AttributeValue>, ...expired };
      await dynamodb
        .send(new DeleteItemCommand({ ...deletion, ConditionExpression: "#expiry < :now" }))
        .catch((error: unknown) => {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        });
    }
  }
}
