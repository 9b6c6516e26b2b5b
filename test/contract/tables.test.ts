import { describe, expect, it } from "vitest";
import { ofType, synthesize } from "../infra/synthesized.ts";
import { type TableName, tables } from "../support/dynamodb-tables.ts";

const logicalIds: Record<TableName, string> = {
  accounts: "AccountsTable",
  quota: "QuotaTable",
  counters: "CountersTable",
  idempotency: "IdempotencyTable",
  messages: "MessagesTable",
  stats: "StatsTable",
  suppressions: "SuppressionsTable",
  webhooks: "WebhooksTable",
  notices: "NoticesTable",
};

describe("the tables that the store tests make", () => {
  const declared = new Map(ofType(synthesize(), "AWS::DynamoDB::Table"));

  it("are all that the template declares", () => {
    expect([...declared.keys()].sort()).toEqual(Object.values(logicalIds).sort());
  });

  it.each(Object.keys(tables) as TableName[])("have the template's keys and indexes: %s", (name) => {
    const properties = declared.get(logicalIds[name])?.Properties;
    const made = tables[name];
    expect(made.KeySchema).toEqual(properties.KeySchema);
    expect(made.AttributeDefinitions).toEqual(properties.AttributeDefinitions);
    expect(made.GlobalSecondaryIndexes).toEqual(properties.GlobalSecondaryIndexes);
    expect(made.BillingMode).toEqual(properties.BillingMode);
  });
});
