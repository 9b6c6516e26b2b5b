import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import type { Deployment } from "../template/deployment.ts";

/** Makes the template's tables, where they are not there from an earlier start. */
export async function createTables(deployment: Deployment, dynamodb: DynamoDBClient): Promise<void> {
  const tables = deployment.resources("AWS::DynamoDB::Table");
  await Promise.all(
    tables.map(async ({ ref, properties }) => {
      try {
        await dynamodb.send(new CreateTableCommand(tableDefinition(ref, properties)));
      } catch (error) {
        if (!(error instanceof ResourceInUseException)) throw error;
      }
    }),
  );
}

function tableDefinition(
  name: string,
  properties: Readonly<Record<string, unknown>>,
): CreateTableCommandInput {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } =
    properties as unknown as CreateTableCommandInput;
  return {
    TableName: name,
    AttributeDefinitions,
    KeySchema,
    BillingMode: "PAY_PER_REQUEST",
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
  };
}
