import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { beforeEach, describe, expect, it } from "vitest";
import { type QuotaStore, quotaStore } from "../../shared/quota/quota-store.ts";
import { clientFor, documentClientFor, useDynamo } from "../support/dynamodb.ts";
import { type QuotaBench, quotaBench } from "./quota-bench.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const february = Date.UTC(2026, 1, 28, 12);

describe("when the answer of a write is lost and the SDK tries again", () => {
  const dynamo = useDynamo();
  let bench: QuotaBench;
  let unlucky: QuotaStore;
  let lost: string[];

  /** A client that loses the first answer of every kind of write: the write has happened all the same. */
  function forgetfulClient(): DynamoDBDocumentClient {
    const client = documentClientFor(clientFor(dynamo.url));
    client.middlewareStack.add(
      (next, context) => async (input) => {
        const answer = await next(input);
        const command = String(context.commandName);
        if (command === "GetItemCommand" || lost.includes(command)) return answer;
        lost.push(command);
        throw Object.assign(new Error("the connection is gone"), { name: "TimeoutError" });
      },
      { step: "deserialize", priority: "high" },
    );
    return client;
  }

  beforeEach(async () => {
    lost = [];
    bench = await quotaBench(dynamo, { now: noon, plan: { monthLimit: 5 } });
    unlucky = quotaStore({ client: forgetfulClient(), table: dynamo.tables.quota, clock: bench.clock });
  });

  it("a reservation counts once and stands, though nothing remains for a second one", async () => {
    const { accountId, quota, submission } = bench;
    const reservation = await unlucky.reserve({ accountId, submissionId: submission(), count: 4 });
    expect(reservation).toMatchObject({ ok: true });
    expect(lost).toEqual(["UpdateItemCommand"]);
    expect(await quota.usage(accountId)).toMatchObject({ used: 4 });
  });

  it("a release gives back once", async () => {
    const { accountId, quota, submission } = bench;
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 4 });
    await unlucky.release({ accountId, submissionId, count: 2 });
    expect(lost).toEqual(["UpdateItemCommand"]);
    expect(await quota.usage(accountId)).toMatchObject({ used: 2 });
  });

  it("a change of plan adds once", async () => {
    const { accountId, quota } = bench;
    await unlucky.changePlan(accountId, { name: "larger", monthLimit: 50, dayLimit: 1_000 });
    expect(lost).toEqual(["UpdateItemCommand"]);
    expect(await quota.usage(accountId)).toMatchObject({ monthLimit: 50, remaining: 50 });
  });

  it("a period is closed once, and what is reserved in the new one stays", async () => {
    const { accountId, quota, clock, submission } = bench;
    clock.set(february);
    await unlucky.reserve({ accountId, submissionId: submission(), count: 4 });
    await unlucky.rollOver(accountId);
    expect(lost).toEqual(["TransactWriteItemsCommand", "UpdateItemCommand"]);
    expect(await quota.usage(accountId)).toMatchObject({ used: 4, periodStart: february });
  });
});

// No local engine refuses a write because of a transaction on the same item, as AWS does.
describe("when a write meets a transaction on the same item", () => {
  const dynamo = useDynamo();
  const conflicts = {
    UpdateItemCommand: () =>
      Object.assign(new Error("transaction in progress"), { name: "TransactionConflictException" }),
    TransactWriteItemsCommand: () =>
      new TransactionCanceledException({
        $metadata: {},
        message: "cancelled",
        CancellationReasons: [{ Code: "TransactionConflict" }, { Code: "None" }],
      }),
  };

  /** A client of which so many writes of every kind conflict, the first or those after some others. */
  function contendedClient(times: number, after: number): DynamoDBDocumentClient {
    const client = documentClientFor(clientFor(dynamo.url));
    const left = { UpdateItemCommand: after + times, TransactWriteItemsCommand: after + times };
    client.middlewareStack.add(
      (next, context) => async (input) => {
        const command = String(context["commandName"]);
        if (command !== "UpdateItemCommand" && command !== "TransactWriteItemsCommand") return next(input);
        left[command] -= 1;
        if (left[command] >= 0 && left[command] < times) throw conflicts[command]();
        return next(input);
      },
      { step: "deserialize", priority: "high" },
    );
    return client;
  }

  async function contended(times: number, after = 0): Promise<{ bench: QuotaBench; store: QuotaStore }> {
    const bench = await quotaBench(dynamo, { now: noon, plan: { monthLimit: 5 } });
    const client = contendedClient(times, after);
    return { bench, store: quotaStore({ client, table: dynamo.tables.quota, clock: bench.clock }) };
  }

  it("it is tried again, and everything happens once", async () => {
    const { bench, store } = await contended(3);
    const { accountId, clock, quota, submission } = bench;
    clock.set(february);
    const submissionId = submission();
    expect(await store.reserve({ accountId, submissionId, count: 4 })).toMatchObject({ ok: true });
    await store.release({ accountId, submissionId, count: 1 });
    expect(await quota.usage(accountId)).toMatchObject({ used: 3, periodStart: february });
  });

  it("reservations that go together are tried again too", async () => {
    const { bench, store } = await contended(1, 1);
    const { accountId, quota, submission } = bench;
    const reserving = [1, 1, 2].map((count) =>
      store.reserve({ accountId, submissionId: submission(), count }),
    );
    expect(await Promise.all(reserving)).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    expect(await quota.usage(accountId)).toMatchObject({ used: 4 });
  });

  it("the customer may try again when there is no end of it", async () => {
    const { bench, store } = await contended(1_000);
    const reserving = store.reserve({
      accountId: bench.accountId,
      submissionId: bench.submission(),
      count: 1,
    });
    await expect(reserving).rejects.toMatchObject({ code: "internal", permanent: false });
    expect(await bench.quota.usage(bench.accountId)).toMatchObject({ used: 0 });
  });
});
