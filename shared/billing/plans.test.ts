import { describe, expect, it } from "vitest";
import { unlimited } from "../quota/quota.ts";
import { isUpgrade, planNamed, usualPlans as plans, quotaOf } from "./plans.ts";

describe("the plans", () => {
  it("cost and allow what the price list says", () => {
    expect(plans.map((plan) => [plan.name, plan.dollarsPerMonth, plan.emailsPerMonth])).toEqual([
      ["free", 0, 4_000],
      ["basic-10k", 15, 10_000],
      ["basic-50k", 20, 50_000],
      ["basic-100k", 30, 100_000],
      ["business-100k", 85, 100_000],
      ["business-250k", 200, 250_000],
      ["business-500k", 300, 500_000],
      ["business-750k", 450, 750_000],
      ["enterprise-1.5m", 750, 1_500_000],
      ["enterprise-2.5m", 1_250, 2_500_000],
    ]);
  });

  it("limit the day on the free one only", () => {
    const limited = plans.filter(({ emailsPerDay }) => emailsPerDay < unlimited);
    expect(limited.map(({ name, emailsPerDay }) => [name, emailsPerDay])).toEqual([["free", 150]]);
  });

  it("sell emails beyond the month's on all but the free one", () => {
    for (const { family, overagePer1000 } of plans) expect(overagePer1000 === null).toBe(family === "free");
  });

  it("sell as many emails beyond the month's as it has, unless they say otherwise", () => {
    expect(quotaOf(planNamed("free"))).toMatchObject({ mostOverage: 0, price: { cents: 0 } });
    expect(quotaOf(planNamed("business-250k"))).toMatchObject({
      mostOverage: 250_000,
      price: { cents: 20_000, overageCentsPer1000: 88 },
    });
    expect(quotaOf({ ...planNamed("basic-10k"), mostOverage: 5 })).toMatchObject({ mostOverage: 5 });
  });

  it("are larger if they cost more, or allow more for the same", () => {
    const larger = (from: string, to: string) => isUpgrade(planNamed(from), planNamed(to));
    expect(larger("free", "basic-10k")).toBe(true);
    expect(larger("basic-100k", "business-100k")).toBe(true);
    expect(larger("business-100k", "basic-100k")).toBe(false);
    expect(larger("basic-10k", "basic-10k")).toBe(false);
    expect(isUpgrade(planNamed("free"), { ...planNamed("free"), emailsPerMonth: 5_000 })).toBe(true);
  });

  it("are told apart by name, and an unknown name is answered with those there are", () => {
    expect(new Set(plans.map(({ name }) => name)).size).toBe(plans.length);
    expect(planNamed("basic-50k").emailsPerMonth).toBe(50_000);
    expect(() => planNamed("gold")).toThrow(/free, basic-10k/);
  });
});
