import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, expect, it } from "vitest";
import { claimStore } from "../../shared/messages/claim-store.ts";
import { groupOf } from "../../shared/messages/counters.ts";
import type { MessageLog } from "../../shared/messages/message.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { type NewRowStore, newRowStore } from "../../shared/messages/new-row-store.ts";
import { accountPartition } from "../../shared/platform/account-partition.ts";
import { newId } from "../../shared/platform/ids.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { rowOf } from "../support/message-events.ts";
import { settableClock } from "../support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
let accountId = 500;
const log: MessageLog = {
  ...{ stream: "bulk", domainName: "example.com", from: "shop@example.com", to: "anna@example.org" },
  ...{ recipientKind: "to", subject: "Hello", acceptedAt: noon },
};

await onEachDynamoEngine("messages that come into the log", (dynamo) => {
  let calls: string[];
  let rows: NewRowStore;
  beforeEach(() => {
    accountId += 2;
    calls = [];
    rows = newRowStore(tables());
  });

  /** The tables, with the calls to them written down. */
  function tables() {
    const send = (command: Parameters<typeof dynamo.client.send>[0]) => {
      calls.push(command.constructor.name.replace("Command", ""));
      return dynamo.client.send(command);
    };
    const { messages: table, stats: statsTable } = dynamo.tables;
    return { client: { send } as unknown as typeof dynamo.client, table, statsTable };
  }

  const fresh = (change: object = {}, account = accountId) => ({
    ...rowOf({ accountId: account, messageId: newId(noon) }, noon),
    ...change,
  });

  async function sentOf(account: number): Promise<number> {
    const { Items = [] } = await dynamo.client.send(
      new QueryCommand({
        TableName: dynamo.tables.stats,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": accountPartition(account) },
        ConsistentRead: true,
      }),
    );
    for (const { sk } of Items) expect(groupOf(String(sk))).toMatchObject({ day: "2026-01-31", esp: "" });
    return Items.reduce((sum, { sent }) => sum + Number(sent), 0);
  }

  it("do so in one call for all that a process has in hand, of whatever account, each counted with its row", async () => {
    const all = [fresh(), fresh({ category: "welcome" }), fresh({}, accountId + 1)];
    expect(await Promise.all(all.map(rows.put))).toEqual([undefined, undefined, undefined]);

    expect(calls).toEqual(["TransactWrite"]);
    expect([await sentOf(accountId), await sentOf(accountId + 1)]).toEqual([2, 1]);
    const { get } = messageStore({ client: dynamo.client, table: dynamo.tables.messages, clock });
    for (const row of all) expect(await get(row)).toMatchObject({ logged: true, status: "enqueued" });
  });

  it("do so once, however many workers bring them at the same time and again", async () => {
    const all = Array.from({ length: 40 }, () => fresh());
    const workers = Array.from({ length: 3 }, () => newRowStore(tables()));
    const answers = await Promise.all(workers.map(({ put }) => Promise.all(all.map(put))));
    const again = await Promise.all(all.map(rows.put));

    expect(answers.flat().filter((row) => row === undefined)).toHaveLength(40);
    expect(again.map((row) => row?.messageId)).toEqual(all.map(({ messageId }) => messageId));
    expect(await sentOf(accountId)).toBe(40);
  });

  it("are put beside those that are there already, which are told as they are", async () => {
    const [known, unknown] = [fresh({ subject: "First" }), fresh()];
    await rows.put(known);
    const answers = await Promise.all([{ ...known, subject: "Second" }, unknown].map(rows.put));

    expect(answers).toMatchObject([{ messageId: known.messageId, subject: "First" }, undefined]);
    expect(await sentOf(accountId)).toBe(2);
  });

  it("spare the others where DynamoDB never takes one, even where one comes twice at once", async () => {
    const [good, twice] = [fresh(), fresh()];
    const results = await Promise.allSettled(
      [good, fresh({ subject: "x".repeat(500_000) }), twice, twice].map(rows.put),
    );

    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(await sentOf(accountId)).toBe(2);
  });

  it("are settled in one call where several are sent at the same time, each as long as its claim holds", async () => {
    const takeUnit = () => Promise.reject(new Error("nothing was released"));
    const claims = claimStore({ ...tables(), clock, takeUnit });
    const requests = Array.from({ length: 5 }, () => {
      const of = { accountId, messageId: newId(noon), submissionId: "s1" };
      return { ...of, log, route: "ses" as const, claimUntil: noon + 90_000 };
    });
    const answers = await Promise.all(requests.map(claims.claim));
    const mine = answers.flatMap((answer) => (answer.kind === "mine" ? [answer.claim] : []));
    const [lost] = mine;
    if (lost === undefined) throw new Error("unreachable");
    await claims.settle(lost, { state: "failed", reason: "gone" });
    calls.length = 0;
    const sent = { state: "sent", rfcMessageId: "<1@x>" } as const;

    expect(await Promise.all(mine.map((claim) => claims.settle(claim, sent)))).toEqual([
      ...[false, true, true, true, true],
    ]);
    expect(new Set(calls)).toEqual(new Set(["TransactWrite"]));
    const { statesOf } = messageStore({ client: dynamo.client, table: dynamo.tables.messages, clock });
    const states = await statesOf(
      accountId,
      mine.map(({ messageId }) => messageId),
    );
    expect([...states.values()].toSorted()).toEqual(["failed", "sent", "sent", "sent", "sent"]);
  });
});
