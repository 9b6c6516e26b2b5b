import { describe, expect, it } from "vitest";
import { useOperator } from "../../test/support/operator-world.ts";

describe("an account, at the operator's hand,", () => {
  const operator = useOperator();
  const { operate, newAccount } = operator;

  it("makes an account on the free plan, with its quota", async () => {
    const accountId = await newAccount();
    expect(await operate({ action: "usage", accountId })).toMatchObject({
      ...{ accountId, planName: "free", monthLimit: 4_000, used: 0, remaining: 4_000 },
      ...{ day: "2026-01-31", dayLimit: 150, dayUsed: 0, dayRemaining: 150 },
      ...{ periodStart: "2026-01-31T12:00:00.000Z", periodEnd: "2026-02-28T12:00:00.000Z" },
    });
    expect((await operator.deps.accounts.get(accountId))?.limits).toEqual({
      ...{ requestsPer10Seconds: 150, emailsPerHour: 150, messageBytes: 10_485_760 },
    });
  });

  it("makes an account with limits of its own and a plan that began earlier", async () => {
    const limits = { requestsPer10Seconds: 9_000, emailsPerHour: 5, emailsPerMonth: 7, emailsPerDay: 3 };
    const planStart = "2025-08-31T10:00:00+02:00";
    const accountId = await newAccount({ planName: "basic-10k", limits, planStart });
    expect(await operate({ action: "usage", accountId })).toMatchObject({
      ...{ monthLimit: 7, dayLimit: 3, periodStart: "2026-01-31T08:00:00.000Z" },
    });
    expect((await operator.deps.accounts.get(accountId))?.limits).toMatchObject({
      ...{ requestsPer10Seconds: 9_000, emailsPerHour: 5 },
    });
  });

  it("makes tokens for the account or for one domain, and tells the secret", async () => {
    const accountId = await newAccount();
    const whole = await operate({ action: "createToken", accountId, name: "all", accessLevel: 100 });
    const one = await operate({
      action: "createToken",
      accountId,
      name: "one",
      accessLevel: 10,
      domainId: 5,
    });
    expect((await operator.deps.accounts.findByToken(String(whole["token"])))?.token.resources).toEqual([
      { resourceType: "account", resourceId: accountId, accessLevel: 100 },
    ]);
    expect((await operator.deps.accounts.findByToken(String(one["token"])))?.token).toMatchObject({
      ...{ id: one["tokenId"], resources: [{ resourceType: "domain", resourceId: 5, accessLevel: 10 }] },
    });
  });

  it("changes statuses, limits and plan", async () => {
    const accountId = await newAccount();
    const domainName = `status${accountId}.example`;
    await operate({ action: "addDomain", accountId, domainName, complianceStatus: "compliant" });
    await operate({ action: "setDomainStatus", accountId, domainName, complianceStatus: "suspended" });
    await operate({ action: "setAccountStatus", accountId, status: "banned" });
    await operate({ action: "setLimits", accountId, messageBytes: 30_000_000 });
    await operate({ action: "setPlan", accountId, planName: "business-100k" });

    expect((await operator.deps.domains.find(accountId, domainName))?.complianceStatus).toBe("suspended");
    expect(await operator.deps.accounts.get(accountId)).toMatchObject({
      ...{ status: "banned", planName: "business-100k" },
      limits: { messageBytes: 30_000_000, emailsPerHour: 800, requestsPer10Seconds: 150 },
    });
    expect(await operate({ action: "usage", accountId })).toMatchObject({ monthLimit: 100_000 });
  });

  it("keeps an hourly limit of the account's own when the plan changes", async () => {
    const accountId = await newAccount({ limits: { emailsPerHour: 5_000 } });
    await operate({ action: "setPlan", accountId, planName: "basic-10k" });
    expect((await operator.deps.accounts.get(accountId))?.limits.emailsPerHour).toBe(5_000);
  });

  it("sets a monthly limit of the account's own and keeps what was used", async () => {
    const accountId = await newAccount();
    await operator.deps.quota.reserve({ accountId, submissionId: "s", count: 3 });
    await operate({ action: "setLimits", accountId, emailsPerMonth: 10 });
    expect(await operate({ action: "usage", accountId })).toMatchObject({
      ...{ monthLimit: 10, used: 3, remaining: 7, dayLimit: 150 },
    });
  });

  it("lists all accounts, page by page, with what they have used", async () => {
    const ids = [await newAccount(), await newAccount(), await newAccount()];
    await operate({ action: "createToken", accountId: ids[0], name: "a", accessLevel: 100 });
    await operator.deps.quota.reserve({ accountId: Number(ids[1]), submissionId: "s", count: 3 });
    const seen: { accountId: number; usage: { used: number } }[] = [];
    let after: unknown = Number(ids[0]) - 1;
    while (after !== undefined) {
      const page = await operate({ action: "listAccounts", after, limit: 2 });
      seen.push(...(page["accounts"] as typeof seen));
      after = page["next"];
    }
    expect(seen.map(({ accountId }) => accountId)).toEqual(ids);
    expect(seen[1]).toMatchObject({
      ...{ name: "Example", ownerEmail: "owner@example.com", status: "active", planName: "free" },
      usage: { used: 3, remaining: 3_997 },
    });
  });

  it("shows an account with limits, usage and domains", async () => {
    const accountId = await newAccount();
    const domainName = `shown${accountId}.example`;
    await operate({ action: "addDomain", accountId, domainName });
    expect(await operate({ action: "showAccount", accountId })).toMatchObject({
      ...{ accountId, limits: { emailsPerHour: 150 }, usage: { used: 0 } },
      domains: [{ complianceStatus: "demo" }, { domainName, complianceStatus: "unverified_dns" }],
    });
    expect(await operate({ action: "listDomains", accountId })).toMatchObject({
      domains: [{}, { domainName }],
    });
  });
});
