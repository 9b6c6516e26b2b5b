import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DynamoEngine, startDynamoEngine } from "../engines/dynamodb.ts";
import { type FaultRule, faultRuleSchema, faultRules } from "./fault-rules.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { FunctionHost } from "./function-host.ts";
import { type FunctionLog, functionLog } from "./function-log.ts";
import { statementsOf } from "./policy.ts";

const table = "arn:aws:dynamodb:us-east-1:000000000000:table/Probe";
const mayDoAll = { Effect: "Allow", Action: ["dynamodb:PutItem", "dynamodb:GetItem"], Resource: table };

let engine: DynamoEngine;
let folder: string;
let log: FunctionLog;
let printed: string[];
let hosts: FunctionHost[];
const faults = faultRules();

beforeAll(async () => {
  engine = await startDynamoEngine();
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const client = new DynamoDBClient({ endpoint: engine.url, region: "us-east-1", credentials });
  await client.send(
    new CreateTableCommand({
      TableName: "Probe",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  client.destroy();
});
afterAll(() => engine.stop());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-host-"));
  printed = [];
  hosts = [];
  faults.clear();
  log = await functionLog(folder, (line) => printed.push(line));
});
afterEach(async () => {
  for (const host of hosts) await host.stop();
  await log.close();
  await rm(folder, { recursive: true });
});

const environment = () => ({
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "a",
  AWS_SECRET_ACCESS_KEY: "b",
  AWS_ENDPOINT_URL_DYNAMODB: engine.url,
  TABLE: "Probe",
});

function probe(
  definition: Partial<FunctionDefinition> = {},
  options: { statements?: object[]; offset?: number } = {},
) {
  const { statements = [mayDoAll], offset = 0 } = options;
  const host = new FunctionHost(
    {
      id: "Probe",
      name: "probe",
      arn: "arn:aws:lambda:us-east-1:000000000000:function:probe",
      entry: join(import.meta.dirname, "fixtures/probe.ts"),
      role: {
        name: "probe-role",
        arn: "arn:aws:iam::000000000000:role/probe-role",
        statements: statementsOf({ Statement: statements }),
      },
      timeoutMs: 10_000,
      memoryMb: 128,
      reservedConcurrency: undefined,
      isService: false,
      environment: environment(),
      ...definition,
    },
    {
      faults,
      log,
      compileCache: join(folder, "cache"),
      clockOffsetMs: () => offset,
      countsCapacity: () => true,
    },
  );
  hosts.push(host);
  return host;
}

const run = (host: FunctionHost, what: string, value?: unknown) =>
  host.invoke(JSON.stringify({ do: what, value }));

async function answerOf(host: FunctionHost, what: string, value?: unknown): Promise<unknown> {
  const result = await run(host, what, value);
  if (result.outcome !== "answered") throw new Error(JSON.stringify(result));
  return JSON.parse(result.payload);
}

function fault(rule: Partial<FaultRule>): void {
  faults.add([faultRuleSchema.parse({ call: "dynamodb:PutItem", effect: "die", ...rule })]);
}

describe("a function", () => {
  it("answers what its handler returns, null for nothing", async () => {
    const host = probe();
    expect(await answerOf(host, "answer", { a: ["ü", 1] })).toEqual({ a: ["ü", 1] });
    expect(await answerOf(host, "answer")).toBeNull();
    expect(host.usage).toMatchObject({ invocations: 2, errors: 0, deaths: 0 });
  });

  it("fails with the error that its handler throws, and lives on", async () => {
    const host = probe();
    expect(await run(host, "fail")).toMatchObject({
      outcome: "failed",
      error: { errorType: "TypeError", errorMessage: "as asked" },
    });
    expect(await answerOf(host, "answer", 1)).toBe(1);
    expect(host.usage).toMatchObject({ invocations: 2, errors: 1, deaths: 0 });
    expect(printed).toEqual(["Probe failed: TypeError: as asked"]);
    expect(await readFile(join(folder, "Probe.log"), "utf8")).toContain("as asked");
  });

  it("sees its own environment and nothing of the machine's", async () => {
    expect(await answerOf(probe(), "environment")).toEqual(probe().definition.environment);
  });

  it("reads the local cloud's time, at its start and after the clock has moved", async () => {
    const day = 86_400_000;
    const host = probe({}, { offset: 10 * day });
    expect((await answerOf(host, "time")) as number).toBeGreaterThan(Date.now() + 9 * day);
    await host.setClock(30 * day);
    expect((await answerOf(host, "time")) as number).toBeGreaterThan(Date.now() + 29 * day);
  });

  it("is killed when it runs out of time, with what else is in flight, and starts anew", async () => {
    const host = probe({ timeoutMs: 1_500 });
    await host.warm();
    const outcomes = await Promise.all([run(host, "hang"), run(host, "hang")]);
    expect(outcomes.map((result) => result.outcome === "failed" && result.error.errorMessage)).toEqual([
      "Task timed out after 1.50 seconds",
      "Task timed out after 1.50 seconds",
    ]);
    expect(await answerOf(host, "answer", 1)).toBe(1);
    expect(host.usage.deaths).toBe(1);
  });

  it("knows how much time remains", async () => {
    const remaining = (await answerOf(probe(), "remaining")) as number;
    expect(remaining).toBeGreaterThan(9_000);
    expect(remaining).toBeLessThanOrEqual(10_000);
  });

  it.each(["exit", "throw late"])(
    "that dies by itself (%s) fails the invocation and starts anew",
    async (what) => {
      const host = probe();
      expect(await run(host, what)).toMatchObject({ outcome: "failed" });
      expect(await answerOf(host, "answer", 1)).toBe(1);
    },
  );

  it("whose source cannot be loaded fails each invocation and says why", async () => {
    const host = probe({ entry: join(import.meta.dirname, "fixtures/absent.ts") });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await run(host, "answer")).toMatchObject({
        outcome: "failed",
        error: { errorMessage: expect.stringContaining("absent.ts") },
      });
    }
  });

  it("takes no more at once than is reserved for it", async () => {
    const host = probe({ reservedConcurrency: 1, timeoutMs: 1_000 });
    const first = run(host, "hang");
    expect(await run(host, "answer")).toEqual({ outcome: "throttled" });
    await first;
  });

  it("takes and gives no more than Lambda's payload limit", async () => {
    const host = probe();
    expect(await run(host, "answer", "x".repeat(6_300_000))).toEqual({ outcome: "too large" });
    expect(await run(host, "large")).toMatchObject({
      error: { errorMessage: expect.stringContaining("exceeded maximum allowed payload size") },
    });
  });
});

describe("an AWS call of a function", () => {
  it("goes through where the role allows it, and is counted with its capacity", async () => {
    const host = probe();
    expect(await answerOf(host, "put", 1)).toBe("put");
    expect(await answerOf(host, "get", 1)).toEqual({ pk: "a", sk: "1" });
    expect([...host.calls]).toEqual([
      ["dynamodb:PutItem", { count: 1, units: 1 }],
      ["dynamodb:GetItem", { count: 1, units: 0.5 }],
    ]);
  });

  it("fails as in AWS where the role does not allow it, and the missing statement is told", async () => {
    const host = probe({}, { statements: [{ ...mayDoAll, Action: "dynamodb:GetItem" }] });
    const text =
      "User: arn:aws:sts::000000000000:assumed-role/probe-role/probe is not authorized to perform: dynamodb:PutItem " +
      `on resource: ${table} because no identity-based policy allows the dynamodb:PutItem action`;
    expect(await run(host, "put", "denied")).toMatchObject({
      error: { errorType: "AccessDeniedException", errorMessage: text },
    });
    expect(printed[0]).toContain(`{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"${table}"}`);
    expect(await answerOf(host, "get", "denied")).toBeNull();
    expect(host.calls.has("dynamodb:PutItem")).toBe(false);
  });

  it("that dies before it goes out has no effect; one that dies after it has", async () => {
    for (const when of ["before", "after"] as const) {
      faults.clear();
      fault({ when, times: 1 });
      const host = probe();
      expect(await run(host, "put", when)).toMatchObject({
        outcome: "failed",
        error: { errorType: "Runtime.ExitError" },
      });
      expect(await answerOf(host, "get", when)).toEqual(when === "before" ? null : { pk: "a", sk: when });
      expect(host.usage.deaths).toBe(1);
    }
  });

  it("that is throttled, in error or without an answer fails as the SDK would have it", async () => {
    const host = probe();
    for (const [effect, errorType] of [
      ["throttle", "ProvisionedThroughputExceededException"],
      ["error", "InternalServerError"],
      ["timeout", "TimeoutError"],
    ] as const) {
      faults.clear();
      fault({ effect });
      host.tell({ kind: "rules", rules: faults.list() });
      expect(await run(host, "put", effect)).toMatchObject({ error: { errorType } });
      expect(await answerOf(host, "get", effect)).toBeNull();
    }
  });

  it("that is made while the source is loaded meets the faults as well, and keeps nothing from starting", async () => {
    fault({ effect: "throttle", times: 1 });
    const host = probe({ environment: { ...environment(), PUT_AT_START: "start" } });

    expect(await run(host, "answer", 1)).toMatchObject({
      outcome: "failed",
      error: { errorType: "ProvisionedThroughputExceededException" },
    });
    expect(await answerOf(host, "answer", 2)).toBe(2);
  });

  it("that loses its answer took effect all the same", async () => {
    fault({ effect: "timeout", when: "after" });
    const host = probe();
    expect(await run(host, "put", "lost")).toMatchObject({ error: { errorType: "TimeoutError" } });
    expect(await answerOf(host, "get", "lost")).toEqual({ pk: "a", sk: "lost" });
  });
});
