import { expect, it } from "vitest";
import { dispatch } from "../../shared/webhooks/dispatch.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { useWebhookCustomer } from "../support/webhook-customer.ts";
import { startWebhookReceiver } from "../support/webhook-receiver.ts";

const minute = 60_000;

await onEachDynamoEngine("the turns of webhooks", (dynamo) => {
  const customer = useWebhookCustomer(dynamo);
  const { clock, hook, id, names, tell } = customer;

  it("never get two calls at a time, and the tick that found one going on is not lost", async () => {
    await hook();
    await tell("a");
    const first = await customer.world.deps.leases.take(id());
    expect(first.kind).toBe("taken");
    expect(await customer.world.deps.leases.take(id())).toEqual({ kind: "held" });
    if (first.kind !== "taken") return;
    expect(await customer.world.deps.leases.finish(first.lease)).toBe(false);
    expect(await customer.world.deps.leases.goOn(first.lease)).toMatchObject({
      leaseId: first.lease.leaseId,
    });
    expect(await customer.world.deps.leases.finish(first.lease)).toBe(true);
    expect((await customer.world.deps.leases.take(id())).kind).toBe("taken");
  });

  it("go on after their dispatcher died", async () => {
    await hook();
    await tell("a");
    await customer.world.deps.leases.take(id());
    await customer.world.pass(30_000);
    expect(customer.receiver.attempts()).toBe(0);
    clock.advance(2 * minute);
    await customer.world.deps.ticks.send(id());
    await customer.world.workOff();
    expect(names()).toEqual(["a"]);
  });

  it("are called no more by who calls them when they are changed: the next call goes where it should", async () => {
    await hook();
    await tell(...Array.from({ length: 600 }, (_, n) => `e${String(n).padStart(4, "0")}`));
    const elsewhere = await startWebhookReceiver();
    const { endpoints } = customer.world.deps;
    const post: typeof endpoints.post = async (call) => {
      const outcome = await endpoints.post(call);
      if (call.url === customer.receiver.url)
        await customer.world.webhooks.change(id(), { url: elsewhere.url });
      return outcome;
    };
    await customer.world.workOff({ endpoints: { post } });
    await customer.world.deps.ticks.send(id());
    await customer.world.workOff({ endpoints: { post } });
    expect(customer.receiver.events()).toHaveLength(500);
    expect(elsewhere.events()).toHaveLength(100);
    await elsewhere.stop();
  });

  it("that fail or take long are called apart from the others, until they are fast again", async () => {
    await hook();
    const { endpoints } = customer.world.deps;
    let tookMs = 0;
    const post: typeof endpoints.post = async (call) => {
      clock.advance(tookMs);
      return await endpoints.post(call);
    };
    const called = async (tick: object) => {
      const before = customer.receiver.attempts();
      customer.world.queue.length = 0;
      await tell("a");
      customer.world.queue.length = 0;
      await dispatch(
        { ...customer.world.deps, endpoints: { post } },
        { ...id(), ...tick },
        { remainingMs: () => 75_000 },
      );
      return {
        calls: customer.receiver.attempts() - before,
        next: customer.world.queue.map(({ tick: { slow } }) => slow),
      };
    };

    tookMs = 6_000;
    expect(await called({})).toEqual({ calls: 1, next: [] });
    expect(await called({})).toEqual({ calls: 0, next: [true] });
    expect(await called({ slow: true })).toEqual({ calls: 1, next: [] });
    tookMs = 0;
    expect(await called({ slow: true })).toEqual({ calls: 1, next: [] });
    expect(await called({})).toEqual({ calls: 1, next: [] });

    customer.receiver.is("down");
    expect(await called({})).toEqual({ calls: 1, next: [true] });
    expect(await called({})).toEqual({ calls: 0, next: [] });
    clock.advance(6 * minute);
    expect(await called({})).toEqual({ calls: 0, next: [true] });
    customer.receiver.is("up");
    expect(await called({ slow: true })).toEqual({ calls: 1, next: [] });
    expect(await called({})).toEqual({ calls: 1, next: [] });
  });

  it("that take long with much waiting are gone on with apart from the others", async () => {
    await hook();
    await tell(...Array.from({ length: 600 }, (_, n) => `e${n}`));
    const { endpoints } = customer.world.deps;
    const post: typeof endpoints.post = async (call) => {
      clock.advance(6_000);
      return await endpoints.post(call);
    };
    customer.world.queue.length = 0;
    await dispatch({ ...customer.world.deps, endpoints: { post } }, id(), { remainingMs: () => 75_000 });
    expect(customer.receiver.calls).toHaveLength(1);
    expect(customer.world.queue.map(({ tick }) => tick)).toEqual([{ ...id(), slow: true }]);
    await customer.world.workOff();
    expect(customer.receiver.calls.map(({ events }) => events.length)).toEqual([500, 100]);
  });

  it("that have very much waiting are gone on with apart from the others, however fast they are", async () => {
    await hook();
    await tell(...Array.from({ length: 1_600 }, (_, n) => `e${n}`));
    const { endpoints } = customer.world.deps;
    const post: typeof endpoints.post = async (call) => {
      clock.advance(4_000);
      return await endpoints.post(call);
    };
    customer.world.queue.length = 0;
    await dispatch({ ...customer.world.deps, endpoints: { post } }, id(), { remainingMs: () => 75_000 });
    expect(customer.receiver.calls).toHaveLength(3);
    expect(customer.world.queue.map(({ tick }) => tick)).toEqual([{ ...id(), slow: true }]);
    await customer.world.workOff({ endpoints: { post } });
    expect(customer.receiver.events()).toHaveLength(1_600);
    await tell("later");
    await customer.world.pass(30_000);
    expect(names().at(-1)).toBe("later");
  });

  it("that have little time are cleared in several goes when they are deleted", async () => {
    const { backlog } = customer.world.deps;
    const waiting = Array.from({ length: 1_500 }, (_, n) => ({
      ...{ webhookId: customer.accountId, at: clock.now() + n, eventId: String(n), payload: "{}" },
    }));
    await backlog.put(customer.accountId, waiting);
    expect(await backlog.purge(id(), () => false)).toBe(false);
    expect((await backlog.oldest(id(), 1_000)).events).toHaveLength(500);
    expect(await backlog.purge(id(), () => false)).toBe(true);
  });

  it("leave nothing behind when they are deleted", async () => {
    await hook();
    customer.receiver.is("down");
    await tell("a");
    await customer.world.pass(30_000);
    await customer.world.webhooks.remove(id());
    await customer.world.deps.ticks.send(id());
    await customer.world.workOff();
    expect(await customer.world.deps.backlog.oldest(id(), 10)).toEqual({ events: [], more: false });
    await customer.world.pass(10 * minute);
    expect(await customer.world.webhooks.find(id())).toBeUndefined();
    expect(customer.receiver.attempts()).toBe(1);
  });
});
