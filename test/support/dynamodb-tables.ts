import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";

type Definition = Omit<CreateTableCommandInput, "TableName">;

export type TableName =
  | "accounts"
  | "quota"
  | "counters"
  | "idempotency"
  | "messages"
  | "stats"
  | "suppressions"
  | "webhooks"
  | "notices";

const keys: Definition = {
  BillingMode: "PAY_PER_REQUEST",
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "S" },
  ],
};

/**
 * The tables for tests of stores, which need keys and indexes only and are spared the seconds that a
 * synthesis takes. A test compares this list with the template.
 */
export const tables: Record<TableName, Definition> = {
  accounts: {
    ...keys,
    AttributeDefinitions: [
      ...(keys.AttributeDefinitions ?? []),
      { AttributeName: "tokenHash", AttributeType: "S" },
      { AttributeName: "checkState", AttributeType: "S" },
      { AttributeName: "checkAt", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "byTokenHash",
        KeySchema: [{ AttributeName: "tokenHash", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
      },
      {
        IndexName: "byCheckTime",
        KeySchema: [
          { AttributeName: "checkState", KeyType: "HASH" },
          { AttributeName: "checkAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  },
  quota: {
    ...keys,
    AttributeDefinitions: [
      ...(keys.AttributeDefinitions ?? []),
      { AttributeName: "periodState", AttributeType: "S" },
      { AttributeName: "periodEnd", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "byPeriodEnd",
        KeySchema: [
          { AttributeName: "periodState", KeyType: "HASH" },
          { AttributeName: "periodEnd", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  },
  counters: keys,
  idempotency: keys,
  messages: {
    ...keys,
    AttributeDefinitions: [
      ...(keys.AttributeDefinitions ?? []),
      { AttributeName: "heldName", AttributeType: "S" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "byHeld",
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "heldName", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["domainName", "stream", "messages"] },
      },
    ],
  },
  stats: keys,
  suppressions: keys,
  webhooks: keys,
  notices: {
    ...keys,
    AttributeDefinitions: [
      ...(keys.AttributeDefinitions ?? []),
      { AttributeName: "inList", AttributeType: "S" },
      { AttributeName: "listedAt", AttributeType: "S" },
      { AttributeName: "emailState", AttributeType: "S" },
      { AttributeName: "emailAt", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "byTime",
        KeySchema: [
          { AttributeName: "inList", KeyType: "HASH" },
          { AttributeName: "listedAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
      {
        IndexName: "byEmailTime",
        KeySchema: [
          { AttributeName: "emailState", KeyType: "HASH" },
          { AttributeName: "emailAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  },
};
