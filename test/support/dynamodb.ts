import { randomUUID } from "node:crypto";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, inject } from "vitest";
import {
  type DynamoEngine,
  type DynamoEngineName,
  startDynamoEngine,
  whyAbsent,
} from "../../local/engines/dynamodb.ts";
import { type TableName, tables } from "./dynamodb-tables.ts";

export type Tables = Record<TableName, string>;

/** A DynamoDB engine with tables of this test alone; to be used inside its tests, not while they are declared. */
export interface TestDynamo {
  readonly client: DynamoDBDocumentClient;
  readonly url: string;
  readonly tables: Tables;
}

/** Makes Postern's tables under names of their own, so that tests share an engine but nothing in it. */
export async function createTables(client: DynamoDBClient): Promise<Tables> {
  const prefix = randomUUID();
  const created = Object.entries(tables).map(async ([name, definition]) => {
    const TableName = `${prefix}-${name}`;
    await client.send(new CreateTableCommand({ TableName, ...definition }));
    return [name, TableName] as const;
  });
  return Object.fromEntries(await Promise.all(created)) as Tables;
}

/** A client for an engine on this machine. */
export function clientFor(url: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: url,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}

/** A client that speaks plain objects, as `documentClient` of the platform does. */
export function documentClientFor(bare: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(bare, { marshallOptions: { removeUndefinedValues: true } });
}

/** Tables for the tests of a `describe`: in the engine that the whole run shares, or one that runs as long as they do. */
export function useDynamo(engineName: DynamoEngineName = "dynoxide"): TestDynamo {
  let engine: DynamoEngine | undefined;
  let dynamo: TestDynamo | undefined;
  const ready = (): TestDynamo => {
    if (dynamo === undefined) throw new Error("the engine runs only while tests do");
    return dynamo;
  };
  beforeAll(async () => {
    const shared = inject("dynamoUrls")?.[engineName];
    if (shared === undefined) engine = await startDynamoEngine({ engine: engineName });
    const url = shared ?? engine?.url ?? "";
    const bare = clientFor(url);
    const client = documentClientFor(bare);
    dynamo = { client, url, tables: await createTables(bare) };
  });
  afterAll(() => engine?.stop());
  return {
    get client() {
      return ready().client;
    },
    get url() {
      return ready().url;
    },
    get tables() {
      return ready().tables;
    },
  };
}

/** Declares the same tests for each DynamoDB engine; one that this machine lacks is skipped and says why. */
export async function onEachDynamoEngine(
  title: string,
  declare: (dynamo: TestDynamo) => void,
): Promise<void> {
  for (const engine of ["dynoxide", "dynamodb-local"] as const) {
    const reason = await whyAbsent(engine);
    const name = `${title} on ${engine}${reason === undefined ? "" : ` (skipped: ${reason})`}`;
    describe.skipIf(reason !== undefined)(name, () => declare(useDynamo(engine)));
  }
}
