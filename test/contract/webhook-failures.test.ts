import { expect, it } from "vitest";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { useWebhookCustomer } from "../support/webhook-customer.ts";

const minute = 60_000;

await onEachDynamoEngine("webhooks that fail", (dynamo) => {
  const customer = useWebhookCustomer(dynamo);
  const { clock, hook, id, names, tell } = customer;

  const noted = () =>
    auditStore({ client: dynamo.client, table: dynamo.tables.accounts, clock }).list(customer.accountId, {
      limit: 9,
    });

  it("that were down for three hours get everything, in batches", async () => {
    await hook();
    customer.receiver.is("down");
    const told: string[] = [];
    for (let quarter = 0; quarter < 12; quarter++) {
      const some = Array.from({ length: 100 }, (_, n) => `q${String(quarter * 100 + n).padStart(4, "0")}`);
      told.push(...some);
      await tell(...some);
      await customer.world.pass(15 * minute);
    }
    expect(customer.receiver.attempts()).toBe(36);
    expect(customer.receiver.calls).toEqual([]);

    customer.receiver.is("up");
    await customer.world.pass(5 * minute);
    expect(names()).toEqual(told);
    expect(customer.receiver.calls.map(({ events }) => events.length)).toEqual([500, 500, 200]);
    expect(await customer.world.webhooks.find(id())).toMatchObject({ active: true, failures: 0 });
  });

  it("that were down for 201 minutes are paused, the owner is told once, and resuming loses nothing", async () => {
    await hook();
    customer.receiver.is("down");
    await tell("first");
    await customer.world.pass(200 * minute);
    expect(await customer.world.webhooks.find(id())).toMatchObject({ active: true, failures: 40 });
    await customer.world.pass(minute);
    expect(customer.receiver.attempts()).toBe(41);
    expect(await customer.world.webhooks.find(id())).toMatchObject({
      active: false,
      ownerToldAt: expect.any(Number),
    });
    const { accountId, webhookId } = id();
    const { host } = new URL(customer.receiver.url);
    const news = {
      kind: "webhook_paused",
      webhookId,
      host,
      pausedAt: clock.now(),
      retries: 40,
      retryMinutes: 5,
    };
    expect(customer.world.told).toEqual([{ accountId, news }]);
    expect(await noted()).toMatchObject([
      {
        ...{ event: "activity_log.webhook.paused", actor: { name: "System" }, at: clock.now() },
        ...{ resource: { id: webhookId, type: "webhook" }, changes: { active: { from: true, to: false } } },
      },
    ]);

    customer.receiver.is("up");
    await tell("meanwhile");
    await customer.world.pass(60 * minute);
    expect(customer.receiver.attempts()).toBe(41);

    await customer.world.webhooks.change(id(), { active: true });
    await customer.world.deps.ticks.send(id());
    await customer.world.workOff();
    expect(names()).toEqual(["first", "meanwhile"]);
    expect(customer.world.told).toHaveLength(1);
    expect(await noted()).toHaveLength(1);
  });

  it("tell the owner again where that failed, when the tick comes back", async () => {
    await hook({ active: false, pausedAt: clock.now() });
    await customer.world.deps.ticks.send(id());
    const broken = { tell: async () => Promise.reject(new Error("DynamoDB is ill")) };
    await expect(customer.world.workOff({ owner: broken })).rejects.toThrow("DynamoDB is ill");
    await customer.world.deps.ticks.send(id());
    await customer.world.workOff();
    expect(customer.world.told).toHaveLength(1);
  });

  it("that a customer switched off keep nothing, and forget their failures when switched on", async () => {
    await hook({ failures: 7 });
    await customer.world.webhooks.change(id(), { active: false });
    await tell("unheard");
    await customer.world.webhooks.change(id(), { active: true });
    await tell("heard");
    await customer.world.pass(30_000);
    expect(names()).toEqual(["heard"]);
    expect(await customer.world.webhooks.find(id())).toMatchObject({ failures: 0 });
  });

  it("wait no longer than for the next tick when a service of ours failed", async () => {
    await hook();
    await tell("a");
    const broken = { open: async () => Promise.reject(new Error("KMS is ill")) };
    await customer.world.deps.ticks.send(id());
    await expect(customer.world.workOff({ secrets: broken })).rejects.toThrow("KMS is ill");
    await customer.world.pass(30_000);
    expect(names()).toEqual(["a"]);
    expect(await customer.world.webhooks.find(id())).toMatchObject({ failures: 0 });
  });
});
