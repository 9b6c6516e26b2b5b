import { GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { refusedTransaction } from "../../shared/platform/refused-writes.ts";
import { takeBackWrite } from "../../shared/quota/quota-store.ts";
import { periodKey } from "../../shared/quota/quota-table-store.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { quotaBench } from "./quota-bench.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const day = 86_400_000;
const february = Date.UTC(2026, 1, 28, 12);

await onEachDynamoEngine("what is released", (dynamo) => {
  const bench = (options: { plan?: { monthLimit?: number; dayLimit?: number }; now?: number } = {}) =>
    quotaBench(dynamo, { now: noon, ...options });

  it("comes back once, however often it is released", async () => {
    const { quota, process, accountId, submission, item } = await bench();
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 5 });
    const releases = Array.from({ length: 8 }, () =>
      process().release({ accountId, submissionId, count: 2 }),
    );
    await Promise.all(releases);
    expect(await quota.usage(accountId)).toMatchObject({ used: 3, dayUsed: 3 });
    expect((await item())["pending"]).toMatchObject({ [submissionId]: { n: 5, released: 2 } });
  });

  it("counts from the submission's beginning: two, then five, are five", async () => {
    const { quota, accountId, submission, item } = await bench();
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 5 });
    await quota.release({ accountId, submissionId, count: 2 });
    await quota.release({ accountId, submissionId, count: 5 });
    await quota.release({ accountId, submissionId, count: 5 });
    expect(await quota.usage(accountId)).toMatchObject({ used: 0, dayUsed: 0 });
    expect((await item())["pending"]).toEqual({});
  });

  it("is never more than was reserved, and nothing for a submission that was not", async () => {
    const { quota, accountId, submission } = await bench();
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 2 });
    await quota.release({ accountId, submissionId, count: 50 });
    await quota.release({ accountId, submissionId: submission(), count: 50 });
    await quota.release({ accountId: 999_999, submissionId, count: 50 });
    expect(await quota.usage(accountId)).toMatchObject({ used: 0, remaining: 100 });
  });

  it("does not add to a new day what was taken from another", async () => {
    const { quota, accountId, submission, clock } = await bench({ plan: { dayLimit: 10 } });
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 4 });
    clock.advance(day);
    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    await quota.release({ accountId, submissionId, count: 4 });
    expect(await quota.usage(accountId)).toMatchObject({ used: 1, dayUsed: 1 });
  });

  it("goes back to the period it was taken from, when that is closed by then", async () => {
    const { quota, accountId, submission, clock } = await bench();
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 4 });
    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    clock.set(february);
    await quota.rollOver(accountId);
    await quota.release({ accountId, submissionId, count: 3 });
    await quota.release({ accountId, submissionId, count: 3 });

    expect(await quota.usage(accountId)).toMatchObject({ used: 0, remaining: 100 });
    const { Item } = await dynamo.client.send(
      new GetCommand({ TableName: dynamo.tables.quota, Key: periodKey(accountId, noon) }),
    );
    expect(Item).toMatchObject({ used: 2 });
  });

  it("is taken back whatever remains, but not while its reservation is open", async () => {
    const { quota, accountId, submission } = await bench({ plan: { monthLimit: 1 } });
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 1 });
    const takeBack = () =>
      dynamo.client.send(
        new TransactWriteCommand({
          TransactItems: [takeBackWrite(dynamo.tables.quota, accountId, submissionId)],
        }),
      );
    const refusal = await takeBack().catch((error: unknown) => refusedTransaction(error));
    expect(refusal).toHaveLength(1);

    await quota.release({ accountId, submissionId, count: 1 });
    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    await takeBack();
    expect(await quota.usage(accountId)).toMatchObject({ used: 2, remaining: -1 });
  });
});
