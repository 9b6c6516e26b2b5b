import { domainToASCII } from "node:url";
import { describe, expect, it } from "vitest";
import { brandLike } from "./brands.ts";
import { reasonsAgainst } from "./review.ts";

describe("a domain's review", () => {
  const facts = { name: "shop.example", resolves: true, hasCompanyInfo: true, websiteAnswers: true };

  it("has nothing against an ordinary domain", () => {
    expect(reasonsAgainst(facts)).toEqual([]);
  });

  it.each<[Partial<typeof facts>, RegExp]>([
    [{ resolves: false }, /leads to no website/],
    [{ name: "mail.yopmail.com" }, /disposable/],
    [{ name: "paypa1.com" }, /looks like one of paypal/],
    [{ name: domainToASCII("аpple.com") }, /looks like one of apple/],
    [{ hasCompanyInfo: false }, /incomplete/],
    [{ websiteAnswers: false }, /does not answer/],
  ])("says why it doubts %j", (change, reason) => {
    const reasons = reasonsAgainst({ ...facts, ...change });
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(reason);
  });
});

describe("a look-alike", () => {
  it.each([
    ["paypa1.com", "paypal"],
    ["pay-pal.com", "paypal"],
    ["paypal-security.net", "paypal"],
    ["login.rnicrosoft.com", "microsoft"],
    ["netfllix.shop", "netflix"],
    ["googel.com", "google"],
    ["faceb00k.com", "facebook"],
    ["paypal.shop", "paypal"],
    ["dhl-paket.info", "dhl"],
  ])("%s is taken for %s", (name, brand) => {
    expect(brandLike(name)).toBe(brand);
  });

  it.each([
    ...["paypal.com", "amazon.de", "mail.google.com", "apply.com", "example.com", "grapple.com"],
    ...["amazonia-travel.example", "chaser.example", "pineapple.co.uk", "shop.test"],
  ])("%s is taken for nobody", (name) => {
    expect(brandLike(name)).toBeUndefined();
  });
});
