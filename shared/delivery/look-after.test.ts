import { beforeEach, describe, expect, it } from "vitest";
import { account as someAccount } from "../../test/support/delivery-world.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { accountStore } from "../accounts/account-store.ts";
import { lift, noteAnswer, suspend } from "../accounts/standing.ts";
import { type StandingStore, standingStore } from "../accounts/standing-store.ts";
import { heldStore } from "../messages/held-store.ts";
import { identityOf, type News } from "../platform/notice.ts";
import { type LookAfterDeps, lookAfter } from "./look-after.ts";

const start = Date.UTC(2026, 0, 31, 12);
const minute = 60_000;
const day = 24 * 60 * minute;
const whole = { kind: "account" } as const;

describe("who looks after an account", () => {
  const dynamo = useDynamo();
  const clock = settableClock(start);
  let standings: StandingStore;
  let deps: LookAfterDeps;
  let accountId = 0;
  const told: News["kind"][] = [];
  const news: News[] = [];
  const queued: string[] = [];

  beforeEach(async () => {
    clock.set(start);
    told.length = 0;
    news.length = 0;
    queued.length = 0;
    const table = { client: dynamo.client, table: dynamo.tables.accounts, clock };
    const accounts = accountStore(table);
    accountId = await accounts.nextId();
    await accounts.create({ ...someAccount, id: accountId, ownerEmail: `owner@account${accountId}.example` });
    standings = standingStore(table);
    const send = async (bodies: readonly string[]) => {
      queued.push(...bodies);
      return new Set<number>();
    };
    deps = {
      ...{ standings, clock, queues: { transactional: { send }, bulk: { send } } },
      held: heldStore({ client: dynamo.client, table: dynamo.tables.messages }),
      heldJobs: { get: () => Promise.reject(new Error("nothing is stored")) },
      owner: {
        tell: async (_accountId, one) => {
          told.push(one.kind);
          news.push(one);
        },
      },
    };
  });

  const look = () => lookAfter(deps, accountId, clock.now() + minute);
  const isDue = async () => (await standings.due(1_000)).includes(accountId);
  const hold = (name: string) => {
    const mail = { accountId, name, domainName: "a.example", stream: "bulk", messages: 1 };
    return heldStore({ client: dynamo.client, table: dynamo.tables.messages }).put({
      ...mail,
      job: { text: name },
    });
  };

  it("tells the owner once, and comes again when the suspension ends in a ban", async () => {
    await standings.change(accountId, suspend({ scope: whole, reason: "Complaints" }));
    await look();
    await look();
    expect(told).toEqual(["sending_suspended"]);
    clock.advance(13 * day);
    await look();
    clock.advance(day - minute);
    expect(await isDue()).toBe(false);
    clock.advance(minute);
    expect(await isDue()).toBe(true);

    await hold("1");
    expect(await look()).toMatchObject({ messages: 1, isAll: true });
    expect((await standings.read(accountId))?.status).toBe("banned");
    expect(told).toEqual(["sending_suspended", "ban_ahead", "account_banned"]);
  });

  it("reminds the owner 7 days and 1 day before the ban, each once, however many look at the same time", async () => {
    await standings.change(accountId, suspend({ scope: whole, reason: "Complaints" }));
    await look();
    for (const days of [7, 6]) {
      clock.advance(days * day - minute);
      expect(await isDue()).toBe(false);
      clock.advance(minute);
      expect(await isDue()).toBe(true);
      await Promise.all([look(), look(), look(), look()]);
      await look();
    }
    const reminders = news.filter(({ kind }) => kind === "ban_ahead");
    expect(new Set(reminders.map((one) => identityOf(one).join())).size).toBe(2);
    expect((await standings.read(accountId))?.status).toBe("suspended");
    expect((await standings.read(accountId))?.standing).toMatchObject({ news: [] });
  });

  it("gives only the last of reminders that were missed", async () => {
    await standings.change(accountId, suspend({ scope: whole, reason: "Complaints" }));
    clock.advance(13 * day);
    await look();
    expect(told).toEqual(["sending_suspended", "ban_ahead"]);
    clock.advance(day - minute);
    await look();
    expect(told).toHaveLength(2);
  });

  it("reminds an owner who has answered before the later ban", async () => {
    await standings.change(accountId, suspend({ scope: whole, reason: "Complaints" }));
    clock.advance(7 * day);
    await look();
    await standings.change(accountId, noteAnswer(whole));
    await standings.change(accountId, noteAnswer(whole));
    clock.advance(12 * day - minute);
    await look();
    expect(told).toEqual(["sending_suspended", "ban_ahead"]);
    clock.advance(minute);
    await look();
    expect(news.at(-1)).toMatchObject({ kind: "ban_ahead", answered: true, banAt: start + 26 * day });
  });

  it("lets go for some minutes more what workers held at the last moment, and is then done", async () => {
    await standings.change(accountId, suspend({ scope: whole, reason: "Complaints" }));
    await standings.change(accountId, lift(whole));
    await look();
    await hold("late");
    clock.advance(minute);
    expect(await isDue()).toBe(true);
    await look();
    expect(queued).toEqual(["late"]);
    clock.advance(10 * minute);
    await look();
    clock.advance(30 * day);
    expect(await isDue()).toBe(false);
    expect((await standings.read(accountId))?.standing).toMatchObject({ suspensions: [], news: [] });
  });

  it("lets mail go though the owner cannot be told, and tells him the next time", async () => {
    await standings.change(accountId, suspend({ scope: whole, reason: "Complaints" }));
    await hold("1");
    await standings.change(accountId, lift(whole));
    const broken = { ...deps, owner: { tell: () => Promise.reject(new Error("throttled")) } };
    await expect(lookAfter(broken, accountId, clock.now() + minute)).rejects.toThrow("throttled");
    expect(queued).toEqual(["1"]);
    clock.advance(minute);
    expect(await isDue()).toBe(true);
    await look();
    expect(told).toEqual(["sending_suspended", "sending_resumed"]);
  });

  it("meets changes of others without losing any", async () => {
    const scopes = ["a", "b", "c", "d"].map((name) => ({ kind: "domain", domainName: name }) as const);
    await Promise.all(
      scopes.map((scope) => standings.change(accountId, suspend({ scope, reason: "Complaints" }))),
    );
    const { suspensions } = (await standings.read(accountId))?.standing ?? {};
    expect(suspensions).toHaveLength(4);
  });
});
