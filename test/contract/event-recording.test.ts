import { TransactionCanceledException, TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, expect, it } from "vitest";
import type { EventKind, MessageEvent } from "../../shared/contracts/message-event.ts";
import { type Counts, counterKey, groupOf, sumOf } from "../../shared/messages/counters.ts";
import { eventsPrefix } from "../../shared/messages/event-items.ts";
import { eventStore } from "../../shared/messages/event-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { newRowStore } from "../../shared/messages/new-row-store.ts";
import { type RecordDeps, record } from "../../shared/messages/record.ts";
import { changeRow, putIfAbsent } from "../../shared/messages/row-store.ts";
import { accountPartition } from "../../shared/platform/account-partition.ts";
import { newId } from "../../shared/platform/ids.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { eventOf, rowOf } from "../support/message-events.ts";
import { settableClock } from "../support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
let accountId = 0;

await onEachDynamoEngine("recording events", (dynamo) => {
  let deps: RecordDeps;
  beforeEach(() => {
    const { client, tables } = dynamo;
    deps = {
      clock,
      events: eventStore({ client, messagesTable: tables.messages, statsTable: tables.stats }),
    };
    accountId += 1;
    clock.set(noon);
  });

  async function claimed(change: object = {}): Promise<{ accountId: number; messageId: string }> {
    const id = { accountId, messageId: newId(noon) };
    const { messages: table, stats: statsTable } = dynamo.tables;
    await newRowStore({ client: dynamo.client, table, statsTable }).put({ ...rowOf(id, noon), ...change });
    return id;
  }

  function rowFor(id: { accountId: number; messageId: string }) {
    return messageStore({ client: dynamo.client, table: dynamo.tables.messages, clock }).get(id);
  }

  async function itemsOf(table: "messages" | "stats", prefix: string): Promise<Record<string, unknown>[]> {
    const { Items } = await dynamo.client.send(
      new QueryCommand({
        TableName: dynamo.tables[table],
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":prefix": prefix },
        ConsistentRead: true,
      }),
    );
    return Items ?? [];
  }

  /** What is counted, by group, whichever items it stands in. */
  async function counted(): Promise<Record<string, Partial<Counts>>> {
    const items = await itemsOf("stats", "20");
    const all = items.map(({ pk: _pk, sk, ...counts }) => {
      return new Map([[counterKey(accountId, groupOf(String(sk))).sk, counts as Partial<Counts>]]);
    });
    return Object.fromEntries(sumOf(all));
  }

  const today = "2026-01-31#3#transactional";
  const incoming = (events: readonly MessageEvent[], again = false) =>
    events.map((event) => ({ event, again }));

  it("writes the event, the row and the counter", async () => {
    const id = await claimed({ category: "welcome" });
    const events = [eventOf(id, "open", noon), eventOf(id, "delivery", noon + 1000)];
    const { recorded, failed } = await record(deps, incoming(events));

    expect(failed).toEqual([]);
    expect(recorded.map(({ event, first }) => [event, first])).toEqual(events.map((event) => [event, true]));
    const row = await rowFor(id);
    expect(recorded[0]?.row).toEqual(row);
    expect(row).toMatchObject({
      status: "delivered",
      logged: true,
      state: "claimed",
      esp: "Google",
      recorded: 1,
    });
    expect(await itemsOf("messages", eventsPrefix(id.messageId))).toHaveLength(2);
    expect(await counted()).toEqual({ [`${today}#Google#welcome`]: { sent: 1, delivery: 1, open: 1 } });
  });

  it("changes nothing when it comes again, and tells of it only where it was received before", async () => {
    const id = await claimed();
    const events = (["bounce", "delivery", "open"] as const).map((kind) => eventOf(id, kind, noon));
    await record(deps, incoming(events));
    const [row, counters] = [await rowFor(id), await itemsOf("stats", "20")];

    expect(await record(deps, incoming(events))).toEqual({ recorded: [], failed: [] });
    const again = await record(deps, incoming(events, true));
    expect(again.recorded.map(({ event, first }) => [event.kind, first])).toEqual([
      ["bounce", false],
      ["delivery", false],
      ["open", false],
    ]);
    expect(await rowFor(id)).toEqual(row);
    expect(await itemsOf("stats", "20")).toEqual(counters);
  });

  it("records what is new among what is known", async () => {
    const ids = [await claimed(), await claimed(), await claimed()];
    const known = ids.map((id) => eventOf(id, "delivery", noon));
    await record(deps, incoming(known.slice(0, 2)));
    const opens = ids.map((id) => eventOf(id, "open", noon + 1));
    const { recorded } = await record(deps, incoming([...known, ...opens]));

    expect(recorded.map(({ event }) => event.kind).toSorted()).toEqual(["delivery", "open", "open", "open"]);
    expect(await counted()).toEqual({ [`${today}#Google#`]: { sent: 3, delivery: 3, open: 3 } });
  });

  it("records hundreds of events of one message, and of hundreds of messages", async () => {
    const id = await claimed();
    const clicks = Array.from({ length: 130 }, (_, n) => eventOf(id, "click", noon + n));
    const others = await Promise.all(Array.from({ length: 120 }, () => claimed()));
    const opens = [id, ...others].map((message) => eventOf(message, "open", noon));
    const { recorded, failed } = await record(deps, incoming([...clicks, ...opens]));

    expect([recorded.length, failed.length]).toEqual([251, 0]);
    expect(await rowFor(id)).toMatchObject({ clicksCount: 130, opensCount: 1 });
    expect(await counted()).toEqual({ [`${today}##`]: { sent: 121, open: 121, click: 1 } });
  });

  it("lets several recorders of one account pass each other", async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => claimed()));
    const kinds: EventKind[] = ["bounce", "delivery", "open", "click"];
    const results = await Promise.all(
      kinds.map((kind) => record(deps, incoming(ids.map((id) => eventOf(id, kind, noon))))),
    );

    expect(results.flatMap(({ failed }) => failed)).toEqual([]);
    expect(results.flatMap(({ recorded }) => recorded)).toHaveLength(120);
    const each = { sent: 30, delivery: 30, bounce: 30, open: 30, click: 30 };
    expect(await counted()).toEqual({ [`${today}#Google#`]: each });
  });

  it.each(["refused", "released"] as const)("records nothing of a message that is %s", async (state) => {
    const id = { accountId, messageId: newId(noon) };
    const messages = messageStore({ client: dynamo.client, table: dynamo.tables.messages, clock });
    await messages[state === "refused" ? "markRefused" : "markReleased"](accountId, [id.messageId]);
    const { recorded, failed } = await record(deps, incoming([eventOf(id, "delivery", noon)]));

    expect(failed).toEqual([]);
    expect(recorded).toMatchObject([{ row: undefined }]);
    expect(await rowFor(id)).not.toHaveProperty("recorded");
    expect(await itemsOf("messages", eventsPrefix(id.messageId))).toEqual([]);
    expect(await itemsOf("stats", "20")).toEqual([]);
  });

  it("waits once for the row of a young message, and makes none of an old one's events", async () => {
    const id = { accountId, messageId: newId(noon) };
    const event = eventOf(id, "spam_complaint", noon);

    expect((await record(deps, incoming([event]))).failed).toHaveLength(1);
    expect((await record(deps, incoming([event], true))).recorded).toMatchObject([{ event, row: undefined }]);
    clock.advance(40 * 24 * 3_600_000);
    expect((await record(deps, incoming([event]))).recorded).toMatchObject([{ event, row: undefined }]);
    expect(await rowFor(id)).toBeUndefined();
    expect(await itemsOf("stats", "20")).toEqual([]);
  });

  it("lets the event that DynamoDB never takes fail alone", async () => {
    const ids = await Promise.all(Array.from({ length: 7 }, () => claimed()));
    const [poisoned] = ids;
    if (!poisoned) throw new Error("unreachable");
    const poison = eventOf(poisoned, "click", noon, { url: "x".repeat(500_000) });
    const good = ids.map((id) => eventOf(id, "open", noon));
    const { recorded, failed } = await record(deps, incoming([...good, poison]));

    expect(failed.map(({ event }) => event.eventId)).toContain(poison.eventId);
    expect(new Set(failed.map(({ event }) => event.messageId))).toEqual(new Set([poisoned.messageId]));
    expect(recorded).toHaveLength(6);
    expect((await record(deps, incoming(good, true))).failed).toEqual([]);
    expect(await counted()).toEqual({ [`${today}##`]: { sent: 7, open: 7 } });
  });

  it("keeps the accounts apart", async () => {
    const mine = await claimed();
    accountId += 1;
    const yours = await claimed();
    const events = [mine, yours].map((id) => eventOf(id, "soft_bounce", noon));
    expect((await record(deps, incoming(events))).recorded).toHaveLength(2);

    expect(await counted()).toEqual({ [`${today}##`]: { sent: 1 } });
    const stolen = eventOf({ ...mine, accountId }, "delivery", noon);
    expect((await record(deps, incoming([stolen]))).recorded).toEqual([]);
    expect(await rowFor(mine)).toMatchObject({ status: "enqueued" });
  });

  it("writes what a packed log needs in the same transaction", async () => {
    const { client, tables } = dynamo;
    const deltas = {
      deltaFor: async ({ messageId, status }: { messageId: string; status?: string | undefined }) => ({
        Put: {
          TableName: tables.messages,
          Item: { pk: accountPartition(accountId), sk: `DELTA#2026-01-31#${messageId}`, status },
        },
      }),
    };
    const events = eventStore({ client, messagesTable: tables.messages, statsTable: tables.stats, deltas });
    const id = await claimed();
    await record({ events, clock }, incoming([eventOf(id, "bounce", noon)]));
    expect(await itemsOf("messages", "DELTA#")).toMatchObject([{ status: "not_delivered" }]);
  });

  /** DynamoDB as it answers while somebody else's transaction holds an item, for so many calls. */
  function contended(calls: number) {
    let left = calls;
    const send = (command: Parameters<typeof dynamo.client.send>[0]) => {
      const isWrite = /^(Update|Put|TransactWrite)/.test(command.constructor.name);
      if (!isWrite || left-- <= 0) return dynamo.client.send(command);
      const CancellationReasons = [{ Code: "None" }, { Code: "TransactionConflict" }];
      const about = { message: "conflict", $metadata: {} };
      return Promise.reject(
        command.constructor.name.startsWith("TransactWrite")
          ? new TransactionCanceledException({ ...about, CancellationReasons })
          : new TransactionConflictException(about),
      );
    };
    return { send } as unknown as typeof dynamo.client;
  }

  it("comes past rivals at the same counters, and counts beside them", async () => {
    const { messages: messagesTable, stats: statsTable } = dynamo.tables;
    const ids = await Promise.all(Array.from({ length: 5 }, () => claimed({ category: "a~b#c" })));
    for (const [place, id] of ids.entries()) {
      const events = eventStore({ client: contended(place), messagesTable, statsTable });
      const { recorded } = await record({ events, clock }, incoming([eventOf(id, "open", noon)]));
      expect(recorded).toHaveLength(1);
    }
    const items = await itemsOf("stats", "20");
    expect(items.length).toBeGreaterThan(1);
    expect(Object.values(await counted())).toEqual([{ sent: 5, open: 5 }]);
    const group = { day: "2026-01-31", domainId: 3, stream: "transactional", esp: "", category: "a~b#c" };
    for (const { sk } of items) expect(groupOf(String(sk))).toEqual(group);
  });

  it("does not keep workers from their own writes to the same rows", async () => {
    const table = { client: contended(3), table: dynamo.tables.messages };
    const id = await claimed();
    const row = { ...rowOf(id, noon), messageId: newId(noon) };

    expect(await putIfAbsent(table, row)).toBeUndefined();
    table.client = contended(3);
    expect(await changeRow(table, id, { set: { state: "sent" }, condition: "attribute_exists(pk)" })).toBe(
      true,
    );
    expect(await rowFor(id)).toMatchObject({ state: "sent" });
  });
});
