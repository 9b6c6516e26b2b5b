import { expect, it } from "vitest";
import { changePlan } from "../../shared/billing/change-plan.ts";
import { resetPeriods } from "../../shared/billing/reset-periods.ts";
import { setOverage } from "../../shared/billing/set-overage.ts";
import { statementOf } from "../../shared/billing/statement.ts";
import { newId } from "../../shared/platform/ids.ts";
import { august, billingService, day, july, june } from "../support/billing-service.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";

await onEachDynamoEngine("billing periods", (dynamo) => {
  const service = () => billingService(dynamo);

  it("keeps a statement of each period: the plan's price, and each 1,000 beyond", async () => {
    const { deps, clock, account, send, reset, settle } = service();
    const { id } = await account("basic-10k");
    await setOverage(deps.quota, { accountId: id, enabled: true, cap: 5_000 });
    await send(id, 12_500);
    clock.set(july);
    await settle(id);
    const expected = {
      ...{ accountId: id, planName: "basic-10k", periodStart: june, periodEnd: july },
      ...{ emails: 12_500, included: 10_000, overage: 2_500 },
      ...{ planCents: 1_500, discountCents: 0, overageCents: 250, refundCents: 0, totalCents: 1_750 },
    };
    expect(await reset(id)).toEqual([expected]);
    expect((await deps.quota.closedPeriods(id)).map(statementOf)).toEqual([expected]);
  });

  it("takes a discount off the plans, not off overage, for the whole of the period that it finds open", async () => {
    const { deps, clock, account, send, reset, settle } = service();
    const { id } = await account("basic-10k");
    await setOverage(deps.quota, { accountId: id, enabled: true });
    await send(id, 12_500);
    clock.set(june + 29 * day);
    await deps.quota.setDiscount(id, 50);
    clock.set(july);
    await settle(id);
    await deps.quota.setDiscount(id, 100);
    clock.set(august);
    await settle(id);
    await reset(id);
    expect((await deps.quota.closedPeriods(id)).map(statementOf)).toMatchObject([
      { planCents: 1_500, discountCents: 1_500, overageCents: 0, totalCents: 0 },
      { planCents: 1_500, discountCents: 750, overageCents: 250, totalCents: 1_000 },
    ]);
  });

  it("bills each plan of a period for its part of it, and overage by the last", async () => {
    const { deps, clock, account, reset } = service();
    const { id } = await account("basic-10k");
    clock.set(june + 10 * day);
    await changePlan(deps, { accountId: id, planName: "basic-100k" });
    clock.set(june + 20 * day);
    await changePlan(deps, { accountId: id, planName: "business-100k" });
    clock.set(july);
    // A third each of 15, 30 and 85 dollars.
    expect(await reset(id)).toMatchObject([
      { planName: "business-100k", planCents: 4_333, totalCents: 4_333 },
    ]);
  });

  it("tells of a period once its numbers are final, and once", async () => {
    const { deps, clock, account, reset } = service();
    const { id } = await account("basic-10k");
    const submissionId = newId(june);
    await deps.quota.reserve({ accountId: id, submissionId, count: 3 });
    clock.set(july);
    expect(await reset(id)).toEqual([]);
    await deps.quota.release({ accountId: id, submissionId, count: 1 });
    expect(await reset(id)).toEqual([]);
    await deps.quota.release({ accountId: id, submissionId, count: 3 });
    expect(await reset(id)).toMatchObject([{ emails: 0, periodStart: june }]);
    expect(await reset(id)).toHaveLength(1);
  });

  it("tells again of a period whose event was refused", async () => {
    const { deps, clock, account } = service();
    const { id } = await account("basic-10k");
    clock.set(july);
    const refusing = { put: () => Promise.reject(new Error("no bus")) };
    const { failures } = await resetPeriods({ ...deps, periodEvents: refusing });
    expect(failures).toContainEqual({ accountId: id, error: new Error("no bus") });
    const told: number[] = [];
    await resetPeriods({
      ...deps,
      periodEvents: { put: async ({ accountId }) => void told.push(accountId) },
    });
    expect(told.filter((accountId) => accountId === id)).toHaveLength(1);
  });
});
