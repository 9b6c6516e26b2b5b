import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { sequenceKey } from "./keys.ts";

const sequenceSchema = z.object({ lastId: z.number().int().positive() });

/** Hands out ids of accounts, tokens and domains: whole numbers, never the same twice, with gaps. */
export function idStore({ client, table }: { client: DynamoDBDocumentClient; table: string }) {
  return {
    async next(): Promise<number> {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: sequenceKey,
          UpdateExpression: "ADD lastId :one",
          ExpressionAttributeValues: { ":one": 1 },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      return sequenceSchema.parse(Attributes).lastId;
    },
  };
}
