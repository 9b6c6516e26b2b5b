import { expect, it } from "vitest";
import { type RefundDeps, refund } from "../../shared/billing/refund.ts";
import { statementOf } from "../../shared/billing/statement.ts";
import { newId } from "../../shared/platform/ids.ts";
import { billingService, day, july, june } from "../support/billing-service.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";

await onEachDynamoEngine("a refund", (dynamo) => {
  const service = () => billingService(dynamo);

  /** An account whose first period is over, with so many emails sent of 10,000. */
  async function closed(sent: number, discount = 0) {
    const { deps, clock, account, send, reset, settle } = service();
    const { id } = await account("basic-10k");
    await deps.quota.setDiscount(id, discount);
    await send(id, sent);
    clock.set(july);
    await settle(id);
    await reset(id);
    const told: unknown[] = [];
    const refundEvents = { put: async (_: object, made: object) => void told.push(made) };
    const ask = (now: number, how: Partial<RefundDeps> = {}) =>
      refund(
        { quota: deps.quota, refundEvents, ...how },
        { accountId: id, periodStart: june, reason: "Asked" },
        now,
      );
    const statements = async () => (await deps.quota.closedPeriods(id)).map(statementOf);
    return { ask, told, statements, deps, id };
  }

  it("is what the period has cost, until 30 days after it", async () => {
    const { ask, told, statements } = await closed(3_000);
    const made = { cents: 1_500, at: july + 30 * day, reason: "Asked" };
    expect(await ask(july + 30 * day)).toEqual(made);
    expect(told).toEqual([made]);
    expect(await statements()).toMatchObject([{ refundCents: 1_500, planCents: 1_500, totalCents: 0 }]);
  });

  it("is made once, and told again where it was not", async () => {
    const { ask, told, statements } = await closed(10);
    const refundEvents = { put: () => Promise.reject(new Error("no bus")) };
    await expect(ask(july, { refundEvents })).rejects.toThrow("no bus");
    const answers = await Promise.all([ask(july + 1), ask(july + 2), ask(july + 40 * day)]);
    expect(answers).toEqual(Array(3).fill({ cents: 1_500, at: july, reason: "Asked" }));
    expect(told).toEqual(answers);
    expect(await statements()).toMatchObject([{ refundCents: 1_500, totalCents: 0 }]);
  });

  it("stays as the first has made it, where two make it at the same time", async () => {
    const { ask, deps, id, statements } = await closed(10);
    const refundPeriod: typeof deps.quota.refundPeriod = async (...wanted) => {
      await deps.quota.refundPeriod(id, june, { cents: 700, at: july });
      await deps.quota.refundPeriod(...wanted);
    };
    expect(await ask(july + 1, { quota: { ...deps.quota, refundPeriod } })).toEqual({
      cents: 700,
      at: july,
    });
    expect(await statements()).toMatchObject([{ refundCents: 700, totalCents: 800 }]);
  });

  it.each([
    ["later", 3_000, 0, july + 30 * day + 1, "the period ended more than 30 days ago"],
    ["of a period that was used", 3_001, 0, july, "more than 30% of the period's emails were used"],
    ["of what was free", 0, 100, july, "the period has cost nothing"],
  ])("is refused %s", async (_what, sent, discount, now, why) => {
    const { ask, told, statements } = await closed(sent, discount);
    await expect(ask(now)).rejects.toMatchObject({ messages: [`no refund: ${why}`] });
    expect(told).toEqual([]);
    expect(await statements()).toMatchObject([{ refundCents: 0 }]);
  });

  it("is refused while the numbers may change, and of no period", async () => {
    const { deps, clock, account } = service();
    const { id } = await account("basic-10k");
    await deps.quota.reserve({ accountId: id, submissionId: newId(june), count: 3 });
    clock.set(july);
    await deps.quota.rollOver(id);
    const refundEvents = { put: async () => undefined };
    const ask = (periodStart: number) =>
      refund({ quota: deps.quota, refundEvents }, { accountId: id, periodStart }, july);
    await expect(ask(june)).rejects.toMatchObject({ messages: [expect.stringContaining("not final")] });
    await expect(ask(july)).rejects.toMatchObject({ code: "not_found" });
  });
});
