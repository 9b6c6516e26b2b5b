import { PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import timekeeper from "timekeeper";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type DynamoEngine, startDynamoEngine } from "../engines/dynamodb.ts";
import { type Queues, startQueues } from "../engines/queues.ts";
import { type AwsClients, awsClients } from "../resources/aws-clients.ts";
import { createResources } from "../resources/create-resources.ts";
import { deployment } from "../template/deployment.ts";
import { bucketExpiry } from "./bucket-expiry.ts";
import { tableExpiry } from "./table-expiry.ts";

const day = 86_400_000;
const keys = [
  { AttributeName: "pk", KeyType: "HASH" },
  { AttributeName: "sk", KeyType: "RANGE" },
];
const table = {
  AttributeDefinitions: keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: "S" })),
  KeySchema: keys,
};
const template = {
  Resources: {
    Expiring: {
      Type: "AWS::DynamoDB::Table",
      Properties: { ...table, TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true } },
    },
    Lasting: { Type: "AWS::DynamoDB::Table", Properties: table },
    Payloads: {
      Type: "AWS::S3::Bucket",
      Properties: { LifecycleConfiguration: { Rules: [{ Status: "Enabled", ExpirationInDays: 30 }] } },
    },
  },
};

let dynamodb: DynamoEngine;
let queues: Queues;
let clients: AwsClients;
const deployed = deployment(template, { queues: "", httpApi: () => "" });

beforeAll(async () => {
  [dynamodb, queues] = await Promise.all([startDynamoEngine(), startQueues()]);
  clients = awsClients({ dynamodb: dynamodb.url, queues: queues.url });
  await createResources(deployed, clients);
  // A second start finds what the first one made.
  await createResources(deployed, clients);
});
afterEach(() => timekeeper.reset());
afterAll(async () => {
  clients.destroy();
  await Promise.all([dynamodb.stop(), queues.stop()]);
});

async function put(tableName: string, sk: string, expiresAtMs?: number): Promise<void> {
  const expiry =
    expiresAtMs === undefined ? {} : { expiresAt: { N: String(Math.floor(expiresAtMs / 1000)) } };
  const Item = { pk: { S: "a" }, sk: { S: sk }, ...expiry };
  await clients.dynamodb.send(new PutItemCommand({ TableName: tableName, Item }));
}

async function itemsIn(tableName: string): Promise<(string | undefined)[]> {
  const { Items: items = [] } = await clients.dynamodb.send(new ScanCommand({ TableName: tableName }));
  return items.map(({ sk }) => sk?.S).toSorted();
}

describe("what has expired by the local clock", () => {
  it("goes from tables that declare a time to live, and from no other", async () => {
    await put("Postern-Expiring", "soon", Date.now() + day);
    await put("Postern-Expiring", "later", Date.now() + 3 * day);
    await put("Postern-Expiring", "never");
    await put("Postern-Lasting", "soon", Date.now() + day);
    const expire = tableExpiry(deployed, clients.dynamodb);

    await expire();
    expect(await itemsIn("Postern-Expiring")).toEqual(["later", "never", "soon"]);
    timekeeper.travel(Date.now() + 2 * day);
    await expire();
    expect(await itemsIn("Postern-Expiring")).toEqual(["later", "never"]);
    expect(await itemsIn("Postern-Lasting")).toEqual(["soon"]);
  });

  it("goes from buckets with a lifecycle rule", async () => {
    const bucket = "postern-payloads";
    await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: "content", Body: "text" }));
    const expire = bucketExpiry(deployed, clients.s3);
    const left = async () => (await clients.s3.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount;

    timekeeper.travel(Date.now() + 29 * day);
    await expire();
    expect(await left()).toBe(1);
    timekeeper.travel(Date.now() + 2 * day);
    await expire();
    expect(await left()).toBe(0);
  });
});
