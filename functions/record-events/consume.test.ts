import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, describe, expect, it } from "vitest";
import type { MessageEvent } from "../../shared/contracts/message-event.ts";
import type { RecordedEvent } from "../../shared/messages/event.ts";
import { eventStore } from "../../shared/messages/event-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { itemOf } from "../../shared/messages/row-store.ts";
import { newId } from "../../shared/platform/ids.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { eventOf, rowOf } from "../../test/support/message-events.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { type ConsumeDeps, consume } from "./consume.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
const accountId = 7;

describe("the recorder", () => {
  const dynamo = useDynamo();
  let told: RecordedEvent[];
  let deps: ConsumeDeps;
  beforeEach(() => {
    told = [];
    clock.set(noon);
    const { client, tables } = dynamo;
    deps = {
      messages: messageStore({ client, table: tables.messages, clock }),
      recording: {
        events: eventStore({ client, messagesTable: tables.messages, statsTable: tables.stats }),
        clock,
      },
      mailServers: { of: async () => "mx.example.org" },
      followers: [async (recorded) => void told.push(...recorded)],
    };
  });

  async function claimed(of = accountId) {
    const id = { accountId: of, messageId: newId(noon) };
    const Item = itemOf(rowOf(id, noon));
    await dynamo.client.send(new PutCommand({ TableName: dynamo.tables.messages, Item }));
    return id;
  }

  function message(messageId: string, events: readonly MessageEvent[], received = 1) {
    const body = JSON.stringify({ version: 1, events });
    return { messageId, body, attributes: { ApproximateReceiveCount: String(received) } };
  }

  const idsOf = (failures: readonly { id: string }[]) => failures.map(({ id }) => id).toSorted();
  const kindsTold = () => told.map(({ event }) => event.kind);

  it("takes what we tell and what SES tells from the same queue", async () => {
    const [one, other] = [await claimed(), await claimed()];
    const ses = {
      eventType: "Send",
      mail: {
        timestamp: "2026-01-31T12:00:01.123Z",
        messageId: "0100-ses",
        destination: ["anna@example.org"],
        tags: { "account-id": [String(accountId)], "message-id": [other.messageId] },
      },
      send: {},
    };
    const records = [
      message("m1", [eventOf(one, "open", noon)]),
      { messageId: "m2", body: JSON.stringify(ses) },
    ];

    expect(await consume(deps, records)).toEqual([]);
    expect(told.filter(({ event }) => event.messageId === one.messageId)).toHaveLength(1);
    expect(
      await deps.recording.events.rowsOf([other]).then((rows) => rows.get(other.messageId)),
    ).toMatchObject({
      providerMessageId: "0100-ses",
    });
  });

  it.each(["no json", "{}", '{"version":2,"events":[]}', '{"version":1,"events":[{"kind":"open"}]}'])(
    "lets %s come again, alone",
    async (body) => {
      const id = await claimed();
      const records = [{ messageId: "bad", body }, message("good", [eventOf(id, "open", noon)])];

      expect(idsOf(await consume(deps, records))).toEqual(["bad"]);
      expect(kindsTold()).toEqual(["open"]);
    },
  );

  it("tells again of what it recorded when its queue message comes again, and only then", async () => {
    const id = await claimed();
    const events = [eventOf(id, "open", noon), eventOf(id, "delivery", noon)];
    await consume(deps, [message("m1", events)]);
    await consume(deps, [message("m2", events)]);
    expect(kindsTold()).toEqual(["open", "delivery"]);
    await consume(deps, [message("m1", events, 2)]);
    expect(kindsTold()).toEqual(["open", "delivery", "open", "delivery"]);
  });

  it("tells again of what comes back from the dead letters, which the queue counts as a new message", async () => {
    const id = await claimed();
    const event = message("m1", [eventOf(id, "unsubscribe", noon)]);
    const failing = { ...deps, followers: [() => Promise.reject(new Error("down"))] };
    expect(idsOf(await consume(failing, [event]))).toEqual(["m1"]);
    clock.set(noon + 3_600_000);
    await consume(deps, [{ ...event, messageId: "redriven" }]);

    expect(kindsTold()).toEqual(["unsubscribe"]);
  });

  it("spares the other accounts where something does not follow for one", async () => {
    const [mine, yours] = [await claimed(), await claimed(8)];
    const follows = async (recorded: readonly RecordedEvent[]) => {
      if (recorded.some(({ event }) => event.accountId === 8)) throw new Error("no");
      told.push(...recorded);
    };
    const records = [
      message("mine", [eventOf(mine, "open", noon)]),
      message("yours", [eventOf(yours, "click", noon)]),
    ];

    expect(idsOf(await consume({ ...deps, followers: [follows] }, records))).toEqual(["yours"]);
    expect(kindsTold()).toEqual(["open"]);
  });

  it("has those messages come again from which something did not follow; the other followers had them", async () => {
    const id = await claimed();
    const failing = { ...deps, followers: [() => Promise.reject(new Error("no")), ...deps.followers] };
    const old = message("old", [eventOf(id, "delivery", noon)]);
    await consume(deps, [old]);
    told = [];
    const records = [message("new", [eventOf(id, "open", noon)]), { ...old, messageId: "repeat" }];

    expect(idsOf(await consume(failing, records))).toEqual(["new"]);
    expect(kindsTold()).toEqual(["open"]);
  });
});
