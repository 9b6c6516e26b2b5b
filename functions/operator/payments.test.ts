import { describe, expect, it } from "vitest";
import { useOperator } from "../../test/support/operator-world.ts";

describe("the operator, of payments,", () => {
  const operator = useOperator();
  const { operate, newAccount, clock, told, refunds } = operator;

  it("gives a discount, a refund of what it has left to pay, and ends a plan that is not paid", async () => {
    const accountId = await newAccount({ planName: "basic-10k", planStart: "2025-12-31T12:00:00Z" });
    await operate({ action: "setDiscount", accountId, percent: 50 });
    expect(await operate({ action: "showDiscount", accountId })).toEqual({ accountId, percent: 50 });
    await expect(operate({ action: "setDiscount", accountId, percent: 101 })).rejects.toMatchObject({
      code: "invalid_request",
    });
    clock.advance(28 * 86_400_000);
    await operator.deps.quota.rollOver(accountId);
    const periodStart = "2026-01-31T12:00:00.000Z";
    expect(await operate({ action: "refund", accountId, periodStart, reason: "Asked" })).toEqual({
      ...{ accountId, periodStart, refundCents: 750, reason: "Asked" },
      refundedAt: "2026-02-28T12:00:00.000Z",
    });
    expect(refunds).toEqual([750]);
    expect(await operate({ action: "failPayment", accountId })).toEqual({
      ...{ accountId, planName: "basic-10k", freeFrom: "2026-03-31T12:00:00.000Z" },
    });
    expect(told).toEqual([expect.stringContaining("basic-10k, has failed")]);
    await expect(operate({ action: "failPayment", accountId: 4711 })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
