import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, expect, it } from "vitest";
import type { Account } from "../../shared/accounts/account.ts";
import { type AccountStore, accountStore } from "../../shared/accounts/account-store.ts";
import { rateLimitStore } from "../../shared/accounts/rate-limit-store.ts";
import { hashOfSecret, newSecret, type Token } from "../../shared/accounts/token.ts";
import { PosternError } from "../../shared/platform/errors.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);

await onEachDynamoEngine("accounts", (dynamo) => {
  let clock: ReturnType<typeof settableClock>;
  let accounts: AccountStore;
  let account: Account;
  const store = () => accountStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
  const tokenFor = (expiresAt: number | null = null) =>
    accounts.createToken(account.id, {
      name: "first",
      resources: [{ resourceType: "account", resourceId: account.id, accessLevel: 100 }],
      expiresAt,
    });

  beforeEach(async () => {
    clock = settableClock(noon);
    accounts = store();
    account = {
      id: await accounts.nextId(),
      name: "Example",
      ownerEmail: "owner@example.com",
      status: "active",
      planName: "free",
      limits: { requestsPer10Seconds: 150, emailsPerHour: 150, messageBytes: 10_485_760 },
    };
    await accounts.create(account);
  });

  it("are found by their token's secret, with the token", async () => {
    const { token, secret } = await tokenFor();
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    expect(await accounts.findByToken(secret)).toEqual({ account, token });
    expect(token.last4Digits).toBe(secret.slice(-4));
  });

  it("are not found by what is no token, nor by another secret", async () => {
    await tokenFor();
    for (const secret of ["", "x", "g".repeat(32), "a".repeat(6_000_000), newSecret()]) {
      expect(await accounts.findByToken(secret)).toBeUndefined();
    }
  });

  it("keep no secret", async () => {
    const { secret } = await tokenFor();
    const { Items } = await dynamo.client.send(new ScanCommand({ TableName: dynamo.tables.accounts }));
    expect(JSON.stringify(Items)).toContain(hashOfSecret(secret));
    expect(JSON.stringify(Items)).not.toContain(secret);
  });

  it("are not found by an expired token, even one that was found before", async () => {
    const { secret } = await tokenFor(noon + 1_000);
    expect(await accounts.findByToken(secret)).toBeDefined();
    clock.advance(1_000);
    expect(await accounts.findByToken(secret)).toBeUndefined();
  });

  it("are known as banned to every process within 30 seconds, and at once to the one that did it", async () => {
    const { secret } = await tokenFor();
    const elsewhere = store();
    await elsewhere.findByToken(secret);
    await accounts.setStatus(account.id, "banned");
    expect((await accounts.findByToken(secret))?.account.status).toBe("banned");

    clock.advance(30_001);
    expect((await elsewhere.findByToken(secret))?.account.status).toBe("banned");
  });

  it("change the limits that are given and keep the others", async () => {
    await accounts.setLimits(account.id, { requestsPer10Seconds: 100_000 });
    expect((await accounts.get(account.id))?.limits).toEqual({
      ...account.limits,
      requestsPer10Seconds: 100_000,
    });
  });

  it("cannot be changed when they do not exist", async () => {
    await expect(accounts.setStatus(999_999, "banned")).rejects.toMatchObject({ code: "not_found" });
  });

  it("get ids that no other gets, however many are made at once", async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => accounts.nextId()));
    expect(new Set(ids).size).toBe(30);
  });

  it("are not made when what must be made with them is refused", async () => {
    const id = await accounts.nextId();
    const refused = {
      ConditionCheck: {
        TableName: dynamo.tables.quota,
        Key: { pk: "nothing", sk: "there" },
        ConditionExpression: "attribute_exists(pk)",
      },
    };
    await expect(accounts.create({ ...account, id }, [refused])).rejects.toThrow();
    expect(await accounts.get(id)).toBeUndefined();
  });
});

await onEachDynamoEngine("the rate limit", (dynamo) => {
  const accountWith = (requestsPer10Seconds: number) =>
    ({ id: 1, limits: { requestsPer10Seconds, emailsPerHour: 1, messageBytes: 1 } }) as Account;
  const token = (id: number) => ({ id, accountId: 1 }) as Token;
  const store = (clock: { now(): number }) =>
    rateLimitStore({ client: dynamo.client, table: dynamo.tables.counters, clock });

  async function passed(takes: Promise<unknown>[]): Promise<number> {
    return (await Promise.allSettled(takes)).filter(({ status }) => status === "fulfilled").length;
  }

  it("lets exactly so many requests of a window through, from however many processes", async () => {
    const clock = settableClock(noon);
    const processes = Array.from({ length: 5 }, () => store(clock));
    const takes = processes.flatMap((rates) =>
      Array.from({ length: 10 }, () => rates.take(accountWith(15), token(1))),
    );
    expect(await passed(takes)).toBe(15);
  });

  it("says after how many whole seconds the next window opens, and opens it then", async () => {
    const clock = settableClock(noon + 3_400);
    const rates = store(clock);
    await rates.take(accountWith(1), token(2));
    const refusal = await rates.take(accountWith(1), token(2)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PosternError);
    expect(refusal).toMatchObject({ code: "rate_limited", retryAfterSeconds: 7 });

    clock.advance(7_000);
    await rates.take(accountWith(1), token(2));
  });

  it("counts each token by itself", async () => {
    const rates = store(settableClock(noon));
    await rates.take(accountWith(1), token(3));
    await rates.take(accountWith(1), token(4));
  });

  it("lets more through at once when the account's limit is raised", async () => {
    const rates = store(settableClock(noon));
    await rates.take(accountWith(1), token(5));
    await expect(rates.take(accountWith(1), token(5))).rejects.toThrow();
    await rates.take(accountWith(2), token(5));
  });
});
