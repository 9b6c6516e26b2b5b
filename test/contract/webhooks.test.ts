import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { eventItem } from "../../shared/messages/event-items.ts";
import { pastEventsStore } from "../../shared/messages/past-events-store.ts";
import { itemOf } from "../../shared/messages/row-store.ts";
import { replay } from "../../shared/webhooks/replay.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { useWebhookCustomer } from "../support/webhook-customer.ts";
import { isSignedBy } from "../support/webhook-receiver.ts";
import { recorded, signingSecret } from "../support/webhook-world.ts";

await onEachDynamoEngine("webhooks", (dynamo) => {
  const customer = useWebhookCustomer(dynamo);
  const { clock, hook, id, names, tell } = customer;

  it("get what they asked for within half a minute, in one signed call, in order", async () => {
    await hook();
    await tell("a", "b");
    clock.advance(10);
    await tell("c");
    await customer.world.workOff();
    expect(customer.receiver.attempts()).toBe(0);

    await customer.world.pass(30_000);
    expect(customer.receiver.calls).toHaveLength(1);
    expect(names()).toEqual(["a", "b", "c"]);
    const [call] = customer.receiver.calls;
    expect(call && isSignedBy(signingSecret, call)).toBe(true);
    expect(customer.world.queue).toEqual([]);
  });

  it("are told in lines where they want it so", async () => {
    await hook({ payloadFormat: "jsonlines" });
    await tell("a", "b");
    await customer.world.pass(30_000);
    expect(customer.receiver.calls[0]?.contentType).toBe("application/jsonl");
    expect(names()).toEqual(["a", "b"]);
  });

  it("hear nothing of other accounts, streams, domains and kinds", async () => {
    await hook({ domainId: 5, eventTypes: ["open"] });
    const other = { kind: "open" };
    await customer.world.tell([
      recorded(customer.accountId + 1_000, "foreign", clock.now(), { event: other }),
      recorded(customer.accountId, "bulk", clock.now(), { event: other, row: { stream: "bulk" } }),
      recorded(customer.accountId, "domain", clock.now(), { event: other, row: { domainId: 6 } }),
      recorded(customer.accountId, "kind", clock.now(), { event: { kind: "delivery" } }),
      recorded(customer.accountId, "mine", clock.now(), { event: other }),
    ]);
    await customer.world.pass(30_000);
    expect(names()).toEqual(["mine"]);
  });

  it("get 500 at a time, at once when so many wait", async () => {
    await hook();
    await tell(...Array.from({ length: 1_200 }, (_, n) => `e${String(n).padStart(4, "0")}`));
    await customer.world.workOff();
    expect(customer.receiver.calls.map(({ events }) => events.length)).toEqual([500, 500, 200]);
    expect(names()).toEqual(names().toSorted());
  });

  it("get 500 at once only where so many wait together", async () => {
    await hook();
    for (let round = 0; round < 6; round += 1) {
      await tell(...Array.from({ length: 100 }, (_, n) => `r${round}-${n}`));
      expect(customer.world.queue.map(({ dueAt }) => dueAt - clock.now())).toEqual([27_000]);
      await customer.world.pass(30_000);
    }
    expect(customer.receiver.calls.map(({ events }) => events.length)).toEqual(Array(6).fill(100));
  });

  it("get an event once however often it is told while it waits, and later under the same id", async () => {
    await hook();
    const event = recorded(customer.accountId, "a", clock.now());
    await customer.world.tell([event, event]);
    await customer.world.tell([event]);
    await customer.world.pass(30_000);
    await customer.world.tell([event]);
    await customer.world.pass(30_000);
    expect(customer.receiver.events().map(({ event_id }) => event_id)).toEqual([
      event.event.eventId,
      event.event.eventId,
    ]);
  });

  it("are signed with the newest secret from the next call on", async () => {
    await hook();
    await tell(...Array.from({ length: 600 }, (_, n) => `e${n}`));
    const used: string[] = [];
    const open = async ({ sealedSecret }: { sealedSecret: string }) => {
      used.push(sealedSecret);
      await customer.world.webhooks.change(id(), { sealedSecret: "another" });
      return signingSecret;
    };
    await customer.world.workOff({ secrets: { open } });
    expect(used).toEqual(["sealed", "another"]);
  });

  it("are told again of what the log says happened in a time, and of nothing else", async () => {
    await hook();
    const start = clock.now();
    const happened = ["early", "first", "last", "late"].map((name, hour) =>
      recorded(customer.accountId, name, start + hour * 3600_000),
    );
    for (const { event, row } of happened) {
      for (const Item of [eventItem(event, 2_000_000_000), ...(row ? [itemOf(row)] : [])]) {
        await dynamo.client.send(new PutCommand({ TableName: dynamo.tables.messages, Item }));
      }
    }
    clock.advance(24 * 3600_000);
    const pastEvents = pastEventsStore({ client: dynamo.client, table: dynamo.tables.messages });
    const tick = { ...id(), replay: { from: start + 3600_000, to: start + 2 * 3600_000 } };
    const again = (one: typeof tick) =>
      replay({ ...customer.world.deps, pastEvents }, one, { remainingMs: () => 75_000 });
    await again(tick);
    expect(customer.world.queue.splice(0)).toEqual([{ dueAt: clock.now(), tick: { ...tick, slow: true } }]);
    await again({ ...tick, ...{ slow: true } });
    await customer.world.workOff();
    expect(names()).toEqual(["first", "last"]);
    expect(customer.receiver.events()[0]?.["event_id"]).toBe(happened[1]?.event.eventId);
  });
});
