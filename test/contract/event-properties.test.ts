import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { EventKind, MessageEvent } from "../../shared/contracts/message-event.ts";
import {
  type CountedNumber,
  type Counts,
  counterKey,
  dayOf,
  groupOf,
  sumOf,
} from "../../shared/messages/counters.ts";
import type { IncomingEvent, RecordedEvent } from "../../shared/messages/event.ts";
import { eventOf as eventOfItem } from "../../shared/messages/event-items.ts";
import { eventStore } from "../../shared/messages/event-store.ts";
import type { MessageRow } from "../../shared/messages/message.ts";
import { newRowStore } from "../../shared/messages/new-row-store.ts";
import { record } from "../../shared/messages/record.ts";
import { changeRow, rowOf as rowOfItem } from "../../shared/messages/row-store.ts";
import { accountPartition } from "../../shared/platform/account-partition.ts";
import { newId } from "../../shared/platform/ids.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { eventOf, rowOf } from "../support/message-events.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const hour = 3_600_000;
const clock = { now: () => noon };

const kinds: EventKind[] = [
  ...(["delivery", "soft_bounce", "bounce", "suspension"] as const),
  ...(["reject", "open", "click", "unsubscribe", "spam_complaint"] as const),
];

/** What happened to one message: kinds, hours after noon, and the mailbox provider where it was found. */
const storyArbitrary = fc.record({
  category: fc.constantFrom(undefined, "receipts"),
  acceptedAt: fc.constantFrom(noon, noon - 20 * hour),
  events: fc.array(
    fc.tuple(fc.constantFrom(...kinds), fc.nat(20), fc.constantFrom("Google", "Yahoo", undefined)),
    {
      minLength: 1,
      maxLength: 8,
    },
  ),
});

/** How events come: in which order and batches, and at which call to DynamoDB a recorder dies. */
const arrivalArbitrary = fc.record({
  order: fc.array(fc.nat(1000), { minLength: 5, maxLength: 60 }),
  batchSize: fc.integer({ min: 1, max: 20 }),
  deaths: fc.array(
    fc.option(fc.record({ calls: fc.nat(3), answerLost: fc.boolean() }), { nil: undefined, freq: 2 }),
    { maxLength: 12 },
  ),
});

interface Death {
  readonly calls: number;
  readonly answerLost: boolean;
}

/** A client whose process dies at a call: before it is made, or before its answer arrives. */
function mortal(client: DynamoDBDocumentClient, death: Death | undefined) {
  const { promise: died, resolve } = Promise.withResolvers<undefined>();
  let left = death?.calls ?? Number.POSITIVE_INFINITY;
  const send = async (command: Parameters<DynamoDBDocumentClient["send"]>[0]) => {
    if (left > 0) {
      left -= 1;
      return await client.send(command);
    }
    if (left === 0 && death?.answerLost) await client.send(command);
    left = -1;
    resolve(undefined);
    return await new Promise(() => undefined);
  };
  return { client: { send } as unknown as DynamoDBDocumentClient, died };
}

await onEachDynamoEngine("statistics", (dynamo) => {
  let accountId = 1000;
  const numRuns = 25;

  async function itemsOf(table: string, id: number): Promise<Record<string, unknown>[]> {
    const { Items } = await dynamo.client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": accountPartition(id) },
        ConsistentRead: true,
      }),
    );
    return Items ?? [];
  }

  /** What workers do that have the same job at the same time, or one after the other has died. */
  async function putByAll(
    rows: readonly MessageRow[],
    deaths: readonly (Death | undefined)[],
  ): Promise<void> {
    const { messages: table, stats: statsTable } = dynamo.tables;
    const putBy = async (death: Death | undefined) => {
      const { client, died } = mortal(dynamo.client, death);
      const store = newRowStore({ client, table, statsTable });
      await Promise.race([Promise.all(rows.map((row) => store.put(row))), died]);
    };
    await Promise.all(deaths.map(putBy));
    await putBy(undefined);
  }

  /** A worker's own write to the row, at the same time. */
  function settle(row: MessageRow): Promise<boolean> {
    const table = { client: dynamo.client, table: dynamo.tables.messages };
    return changeRow(table, row, {
      set: { state: "sent" },
      condition: "#state = :c",
      values: { ":c": "claimed" },
    });
  }

  /** Works a queue off, two batches at a time; what a recorder has not finished comes again. */
  async function workOff(queue: IncomingEvent[][], deaths: (Death | undefined)[]): Promise<RecordedEvent[]> {
    const { messages: messagesTable, stats: statsTable } = dynamo.tables;
    const told: RecordedEvent[] = [];
    const work = async (batch: IncomingEvent[] | undefined): Promise<void> => {
      if (batch === undefined) return;
      const { client, died } = mortal(dynamo.client, deaths.shift());
      const events = eventStore({ client, messagesTable, statsTable });
      const result = await Promise.race([record({ events, clock }, batch), died]);
      told.push(...(result?.recorded ?? []));
      const back = result ? result.failed.map(({ event }) => event) : batch.map(({ event }) => event);
      if (back.length > 0) queue.push(back.map((event) => ({ event, again: true })));
    };
    for (let rounds = 0; queue.length > 0; rounds += 1) {
      if (rounds > 200) throw new Error("The queue never emptied");
      await Promise.all([work(queue.shift()), work(queue.shift())]);
    }
    return told;
  }

  it("equal the log, however events come, how often, and at which step recorders die", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(storyArbitrary, { minLength: 1, maxLength: 5 }),
        arrivalArbitrary,
        async (stories, { order, batchSize, deaths }) => {
          accountId += 1;
          const id = accountId;
          const rows = stories.map(({ category, acceptedAt }) =>
            rowOf({ accountId: id, messageId: newId(acceptedAt) }, acceptedAt, { category }),
          );
          const happened = rows.flatMap((row, place) => eventsOf(row, stories[place]));
          await putByAll(rows, deaths.slice(0, 3));

          // Every event at least once, some often, in an order that follows nothing.
          const arrivals = order.map((place) => happened[place % happened.length]).concat(happened);
          const all = arrivals.flatMap((event) => (event ? [{ event, again: false }] : []));
          const queue = Array.from({ length: Math.ceil(all.length / batchSize) }, (_, n) =>
            all.slice(n * batchSize, (n + 1) * batchSize),
          );
          const [told] = await Promise.all([workOff(queue, [...deaths]), ...rows.map(settle)]);

          const log = await itemsOf(dynamo.tables.messages, id);
          const recorded = log.filter(({ sk }) => String(sk).startsWith("EVENT#")).map(eventOfItem);
          expect(idsOf(recorded)).toEqual(idsOf(happened));
          expect(idsOf(told.map(({ event }) => event))).toEqual(idsOf(happened));
          const firsts = told.filter(({ first }) => first).map(({ event }) => event.eventId);
          expect(new Set(firsts).size).toBe(firsts.length);
          const logRows = log.filter(({ sk }) => !String(sk).startsWith("EVENT#")).map(rowOfItem);
          for (const row of logRows) expect(shownOf(row)).toEqual(expectedRow(row, recorded));
          const counters = await itemsOf(dynamo.tables.stats, id);
          expect(summed(id, counters)).toEqual(countersOf(logRows, recorded));
        },
      ),
      { numRuns },
    );
  }, 120_000);
});

function eventsOf(
  row: MessageRow,
  story: (typeof storyArbitrary extends fc.Arbitrary<infer S> ? S : never) | undefined,
) {
  const events = (story?.events ?? []).map(([kind, hours, esp]) =>
    eventOf(row, kind, noon + hours * hour, kind === "delivery" || kind === "bounce" ? { esp } : {}),
  );
  return [...new Map(events.map((event) => [event.eventId, event])).values()];
}

function idsOf(events: readonly MessageEvent[]): string[] {
  return [...new Set(events.map(({ eventId }) => eventId))].toSorted();
}

function shownOf({ state, status, logged, esp, opensCount, clicksCount }: MessageRow) {
  return { state, status, logged, esp, opensCount, clicksCount };
}

/** What the log should say of a message, worked out anew from all that is recorded of it. */
function expectedRow({ messageId }: MessageRow, recorded: readonly MessageEvent[]) {
  const mine = recorded.filter((event) => event.messageId === messageId);
  const count = (...some: EventKind[]) => mine.filter(({ kind }) => some.includes(kind)).length;
  const status =
    count("unsubscribe", "spam_complaint") > 0
      ? "opted_out"
      : count("bounce", "reject") > 0
        ? "not_delivered"
        : count("delivery", "open", "click") > 0
          ? "delivered"
          : "enqueued";
  const state = "sent";
  const counts = { opensCount: count("open") || undefined, clicksCount: count("click") || undefined };
  return { state, status, logged: true, esp: espOf(mine), ...counts };
}

function espOf(events: readonly MessageEvent[]): string | undefined {
  const latest = events
    .flatMap((event) => ("esp" in event && event.esp !== undefined ? [{ ...event, esp: event.esp }] : []))
    .toSorted((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1))
    .at(-1);
  return latest?.esp;
}

/** The counters, counted in the log. */
function countersOf(rows: readonly MessageRow[], recorded: readonly MessageEvent[]): Record<string, object> {
  const counters: Record<string, Partial<Record<CountedNumber, number>>> = {};
  const counted = {
    delivery: "delivery",
    bounce: "bounce",
    open: "open",
    click: "click",
    spam_complaint: "spam",
  } as const;
  for (const { accountId, messageId, category = "", acceptedAt = 0, domainId, stream = "bulk" } of rows) {
    const mine = recorded.filter((event) => event.messageId === messageId);
    const add = (at: number, name: CountedNumber) => {
      const group = { day: dayOf(at), domainId, stream, esp: espOf(mine) ?? "", category };
      const { sk } = counterKey(accountId, group);
      counters[sk] = { ...counters[sk], [name]: (counters[sk]?.[name] ?? 0) + 1 };
    };
    add(acceptedAt, "sent");
    for (const [kind, name] of Object.entries(counted)) {
      const times = mine.filter((event) => event.kind === kind).map(({ at }) => at);
      if (times.length > 0) add(Math.min(...times), name);
    }
  }
  return counters;
}

/** What the items count, by group: those beside a counter belong to it. */
function summed(accountId: number, items: readonly Record<string, unknown>[]): Record<string, object> {
  const all = items.map(({ pk: _pk, sk, ...counts }) => {
    return new Map([[counterKey(accountId, groupOf(String(sk))).sk, counts as Partial<Counts>]]);
  });
  return Object.fromEntries(sumOf(all));
}
