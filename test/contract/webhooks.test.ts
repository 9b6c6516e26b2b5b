import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, expect, it } from "vitest";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { eventItem } from "../../shared/messages/event-items.ts";
import { pastEventsStore } from "../../shared/messages/past-events-store.ts";
import { itemOf } from "../../shared/messages/row-store.ts";
import { dispatch } from "../../shared/webhooks/dispatch.ts";
import { replay } from "../../shared/webhooks/replay.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";
import { isSignedBy, startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";
import { recorded, signingSecret, type WebhookWorld, webhookWorld } from "../support/webhook-world.ts";

const minute = 60_000;
const names = (receiver: WebhookReceiver) =>
  receiver.events().map(({ email }) => String(email).split("@")[0]);

await onEachDynamoEngine("webhooks", (dynamo) => {
  let clock: ReturnType<typeof settableClock>;
  let world: WebhookWorld;
  let receiver: WebhookReceiver;
  let accountId = 0;
  const id = () => ({ accountId, webhookId: accountId });
  const hook = (wish = {}) => world.create({ ...id(), url: receiver.url, ...wish });
  const tell = (...told: string[]) =>
    world.tell(told.map((name, place) => recorded(accountId, name, clock.now() + place)));

  const noted = () =>
    auditStore({ client: dynamo.client, table: dynamo.tables.accounts, clock }).list(accountId, { limit: 9 });

  beforeEach(async () => {
    accountId += 1;
    clock = settableClock(Date.UTC(2026, 0, 31, 12));
    world = webhookWorld(dynamo, clock);
    receiver = await startWebhookReceiver();
    return () => receiver.stop();
  });

  it("get what they asked for within half a minute, in one signed call, in order", async () => {
    await hook();
    await tell("a", "b");
    clock.advance(10);
    await tell("c");
    await world.workOff();
    expect(receiver.attempts()).toBe(0);

    await world.pass(30_000);
    expect(receiver.calls).toHaveLength(1);
    expect(names(receiver)).toEqual(["a", "b", "c"]);
    const [call] = receiver.calls;
    expect(call && isSignedBy(signingSecret, call)).toBe(true);
    expect(world.queue).toEqual([]);
  });

  it("are told in lines where they want it so", async () => {
    await hook({ payloadFormat: "jsonlines" });
    await tell("a", "b");
    await world.pass(30_000);
    expect(receiver.calls[0]?.contentType).toBe("application/jsonl");
    expect(names(receiver)).toEqual(["a", "b"]);
  });

  it("hear nothing of other accounts, streams, domains and kinds", async () => {
    await hook({ domainId: 5, eventTypes: ["open"] });
    const other = { kind: "open" };
    await world.tell([
      recorded(accountId + 1_000, "foreign", clock.now(), { event: other }),
      recorded(accountId, "bulk", clock.now(), { event: other, row: { stream: "bulk" } }),
      recorded(accountId, "domain", clock.now(), { event: other, row: { domainId: 6 } }),
      recorded(accountId, "kind", clock.now(), { event: { kind: "delivery" } }),
      recorded(accountId, "mine", clock.now(), { event: other }),
    ]);
    await world.pass(30_000);
    expect(names(receiver)).toEqual(["mine"]);
  });

  it("get 500 at a time, at once when so many wait", async () => {
    await hook();
    await tell(...Array.from({ length: 1_200 }, (_, n) => `e${String(n).padStart(4, "0")}`));
    await world.workOff();
    expect(receiver.calls.map(({ events }) => events.length)).toEqual([500, 500, 200]);
    expect(names(receiver)).toEqual(names(receiver).toSorted());
  });

  it("get 500 at once only where so many wait together", async () => {
    await hook();
    for (let round = 0; round < 6; round += 1) {
      await tell(...Array.from({ length: 100 }, (_, n) => `r${round}-${n}`));
      expect(world.queue.map(({ dueAt }) => dueAt - clock.now())).toEqual([27_000]);
      await world.pass(30_000);
    }
    expect(receiver.calls.map(({ events }) => events.length)).toEqual(Array(6).fill(100));
  });

  it("get an event once however often it is told while it waits, and later under the same id", async () => {
    await hook();
    const event = recorded(accountId, "a", clock.now());
    await world.tell([event, event]);
    await world.tell([event]);
    await world.pass(30_000);
    await world.tell([event]);
    await world.pass(30_000);
    expect(receiver.events().map(({ event_id }) => event_id)).toEqual([
      event.event.eventId,
      event.event.eventId,
    ]);
  });

  it("that were down for three hours get everything, in batches", async () => {
    await hook();
    receiver.is("down");
    const told: string[] = [];
    for (let quarter = 0; quarter < 12; quarter++) {
      const some = Array.from({ length: 100 }, (_, n) => `q${String(quarter * 100 + n).padStart(4, "0")}`);
      told.push(...some);
      await tell(...some);
      await world.pass(15 * minute);
    }
    expect(receiver.attempts()).toBe(36);
    expect(receiver.calls).toEqual([]);

    receiver.is("up");
    await world.pass(5 * minute);
    expect(names(receiver)).toEqual(told);
    expect(receiver.calls.map(({ events }) => events.length)).toEqual([500, 500, 200]);
    expect(await world.webhooks.find(id())).toMatchObject({ active: true, failures: 0 });
  });

  it("that were down for 201 minutes are paused, the owner is told once, and resuming loses nothing", async () => {
    await hook();
    receiver.is("down");
    await tell("first");
    await world.pass(200 * minute);
    expect(await world.webhooks.find(id())).toMatchObject({ active: true, failures: 40 });
    await world.pass(minute);
    expect(receiver.attempts()).toBe(41);
    expect(await world.webhooks.find(id())).toMatchObject({ active: false, ownerToldAt: expect.any(Number) });
    const { accountId, webhookId } = id();
    const { host } = new URL(receiver.url);
    const news = {
      kind: "webhook_paused",
      webhookId,
      host,
      pausedAt: clock.now(),
      retries: 40,
      retryMinutes: 5,
    };
    expect(world.told).toEqual([{ accountId, news }]);
    expect(await noted()).toMatchObject([
      {
        ...{ event: "activity_log.webhook.paused", actor: { name: "System" }, at: clock.now() },
        ...{ resource: { id: webhookId, type: "webhook" }, changes: { active: { from: true, to: false } } },
      },
    ]);

    receiver.is("up");
    await tell("meanwhile");
    await world.pass(60 * minute);
    expect(receiver.attempts()).toBe(41);

    await world.webhooks.change(id(), { active: true });
    await world.deps.ticks.send(id());
    await world.workOff();
    expect(names(receiver)).toEqual(["first", "meanwhile"]);
    expect(world.told).toHaveLength(1);
    expect(await noted()).toHaveLength(1);
  });

  it("tell the owner again where that failed, when the tick comes back", async () => {
    await hook({ active: false, pausedAt: clock.now() });
    await world.deps.ticks.send(id());
    const broken = { tell: async () => Promise.reject(new Error("DynamoDB is ill")) };
    await expect(world.workOff({ owner: broken })).rejects.toThrow("DynamoDB is ill");
    await world.deps.ticks.send(id());
    await world.workOff();
    expect(world.told).toHaveLength(1);
  });

  it("that a customer switched off keep nothing, and forget their failures when switched on", async () => {
    await hook({ failures: 7 });
    await world.webhooks.change(id(), { active: false });
    await tell("unheard");
    await world.webhooks.change(id(), { active: true });
    await tell("heard");
    await world.pass(30_000);
    expect(names(receiver)).toEqual(["heard"]);
    expect(await world.webhooks.find(id())).toMatchObject({ failures: 0 });
  });

  it("never get two calls at a time, and the tick that found one going on is not lost", async () => {
    await hook();
    await tell("a");
    const first = await world.deps.leases.take(id());
    expect(first.kind).toBe("taken");
    expect(await world.deps.leases.take(id())).toEqual({ kind: "held" });
    if (first.kind !== "taken") return;
    expect(await world.deps.leases.finish(first.lease)).toBe(false);
    expect(await world.deps.leases.goOn(first.lease)).toMatchObject({ leaseId: first.lease.leaseId });
    expect(await world.deps.leases.finish(first.lease)).toBe(true);
    expect((await world.deps.leases.take(id())).kind).toBe("taken");
  });

  it("go on after their dispatcher died", async () => {
    await hook();
    await tell("a");
    await world.deps.leases.take(id());
    await world.pass(30_000);
    expect(receiver.attempts()).toBe(0);
    clock.advance(2 * minute);
    await world.deps.ticks.send(id());
    await world.workOff();
    expect(names(receiver)).toEqual(["a"]);
  });

  it("are called no more by who calls them when they are changed: the next call goes where it should", async () => {
    await hook();
    await tell(...Array.from({ length: 600 }, (_, n) => `e${String(n).padStart(4, "0")}`));
    const elsewhere = await startWebhookReceiver();
    const { endpoints } = world.deps;
    const post: typeof endpoints.post = async (call) => {
      const outcome = await endpoints.post(call);
      if (call.url === receiver.url) await world.webhooks.change(id(), { url: elsewhere.url });
      return outcome;
    };
    await world.workOff({ endpoints: { post } });
    await world.deps.ticks.send(id());
    await world.workOff({ endpoints: { post } });
    expect(receiver.events()).toHaveLength(500);
    expect(elsewhere.events()).toHaveLength(100);
    await elsewhere.stop();
  });

  it("that fail or take long are called apart from the others, until they are fast again", async () => {
    await hook();
    const { endpoints } = world.deps;
    let tookMs = 0;
    const post: typeof endpoints.post = async (call) => {
      clock.advance(tookMs);
      return await endpoints.post(call);
    };
    const called = async (tick: object) => {
      const before = receiver.attempts();
      world.queue.length = 0;
      await tell("a");
      world.queue.length = 0;
      await dispatch(
        { ...world.deps, endpoints: { post } },
        { ...id(), ...tick },
        { remainingMs: () => 75_000 },
      );
      return { calls: receiver.attempts() - before, next: world.queue.map(({ tick: { slow } }) => slow) };
    };

    tookMs = 6_000;
    expect(await called({})).toEqual({ calls: 1, next: [] });
    expect(await called({})).toEqual({ calls: 0, next: [true] });
    expect(await called({ slow: true })).toEqual({ calls: 1, next: [] });
    tookMs = 0;
    expect(await called({ slow: true })).toEqual({ calls: 1, next: [] });
    expect(await called({})).toEqual({ calls: 1, next: [] });

    receiver.is("down");
    expect(await called({})).toEqual({ calls: 1, next: [true] });
    expect(await called({})).toEqual({ calls: 0, next: [] });
    clock.advance(6 * minute);
    expect(await called({})).toEqual({ calls: 0, next: [true] });
    receiver.is("up");
    expect(await called({ slow: true })).toEqual({ calls: 1, next: [] });
    expect(await called({})).toEqual({ calls: 1, next: [] });
  });

  it("that take long with much waiting are gone on with apart from the others", async () => {
    await hook();
    await tell(...Array.from({ length: 600 }, (_, n) => `e${n}`));
    const { endpoints } = world.deps;
    const post: typeof endpoints.post = async (call) => {
      clock.advance(6_000);
      return await endpoints.post(call);
    };
    world.queue.length = 0;
    await dispatch({ ...world.deps, endpoints: { post } }, id(), { remainingMs: () => 75_000 });
    expect(receiver.calls).toHaveLength(1);
    expect(world.queue.map(({ tick }) => tick)).toEqual([{ ...id(), slow: true }]);
    await world.workOff();
    expect(receiver.calls.map(({ events }) => events.length)).toEqual([500, 100]);
  });

  it("that have very much waiting are gone on with apart from the others, however fast they are", async () => {
    await hook();
    await tell(...Array.from({ length: 1_600 }, (_, n) => `e${n}`));
    const { endpoints } = world.deps;
    const post: typeof endpoints.post = async (call) => {
      clock.advance(4_000);
      return await endpoints.post(call);
    };
    world.queue.length = 0;
    await dispatch({ ...world.deps, endpoints: { post } }, id(), { remainingMs: () => 75_000 });
    expect(receiver.calls).toHaveLength(3);
    expect(world.queue.map(({ tick }) => tick)).toEqual([{ ...id(), slow: true }]);
    await world.workOff({ endpoints: { post } });
    expect(receiver.events()).toHaveLength(1_600);
    await tell("later");
    await world.pass(30_000);
    expect(names(receiver).at(-1)).toBe("later");
  });

  it("are signed with the newest secret from the next call on", async () => {
    await hook();
    await tell(...Array.from({ length: 600 }, (_, n) => `e${n}`));
    const used: string[] = [];
    const open = async ({ sealedSecret }: { sealedSecret: string }) => {
      used.push(sealedSecret);
      await world.webhooks.change(id(), { sealedSecret: "another" });
      return signingSecret;
    };
    await world.workOff({ secrets: { open } });
    expect(used).toEqual(["sealed", "another"]);
  });

  it("wait no longer than for the next tick when a service of ours failed", async () => {
    await hook();
    await tell("a");
    const broken = { open: async () => Promise.reject(new Error("KMS is ill")) };
    await world.deps.ticks.send(id());
    await expect(world.workOff({ secrets: broken })).rejects.toThrow("KMS is ill");
    await world.pass(30_000);
    expect(names(receiver)).toEqual(["a"]);
    expect(await world.webhooks.find(id())).toMatchObject({ failures: 0 });
  });

  it("that have little time are cleared in several goes when they are deleted", async () => {
    const { backlog } = world.deps;
    const waiting = Array.from({ length: 1_500 }, (_, n) => ({
      ...{ webhookId: accountId, at: clock.now() + n, eventId: String(n), payload: "{}" },
    }));
    await backlog.put(accountId, waiting);
    expect(await backlog.purge(id(), () => false)).toBe(false);
    expect((await backlog.oldest(id(), 1_000)).events).toHaveLength(500);
    expect(await backlog.purge(id(), () => false)).toBe(true);
  });

  it("leave nothing behind when they are deleted", async () => {
    await hook();
    receiver.is("down");
    await tell("a");
    await world.pass(30_000);
    await world.webhooks.remove(id());
    await world.deps.ticks.send(id());
    await world.workOff();
    expect(await world.deps.backlog.oldest(id(), 10)).toEqual({ events: [], more: false });
    await world.pass(10 * minute);
    expect(await world.webhooks.find(id())).toBeUndefined();
    expect(receiver.attempts()).toBe(1);
  });

  it("are told again of what the log says happened in a time, and of nothing else", async () => {
    await hook();
    const start = clock.now();
    const happened = ["early", "first", "last", "late"].map((name, hour) =>
      recorded(accountId, name, start + hour * 3600_000),
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
      replay({ ...world.deps, pastEvents }, one, { remainingMs: () => 75_000 });
    await again(tick);
    expect(world.queue.splice(0)).toEqual([{ dueAt: clock.now(), tick: { ...tick, slow: true } }]);
    await again({ ...tick, ...{ slow: true } });
    await world.workOff();
    expect(names(receiver)).toEqual(["first", "last"]);
    expect(receiver.events()[0]?.["event_id"]).toBe(happened[1]?.event.eventId);
  });
});
