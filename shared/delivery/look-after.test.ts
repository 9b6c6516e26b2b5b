import { beforeEach, describe, expect, it } from "vitest";
import { account as someAccount } from "../../test/support/delivery-world.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { accountStore } from "../accounts/account-store.ts";
import { lift, suspend } from "../accounts/standing.ts";
import { type StandingStore, standingStore } from "../accounts/standing-store.ts";
import { heldStore } from "../messages/held-store.ts";
import type { News } from "../platform/notice.ts";
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
  const queued: string[] = [];

  beforeEach(async () => {
    clock.set(start);
    told.length = 0;
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
      owner: { tell: async (_accountId, { kind }) => void told.push(kind) },
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
    clock.advance(14 * day - minute);
    expect(await isDue()).toBe(false);
    clock.advance(minute);
    expect(await isDue()).toBe(true);

    await hold("1");
    expect(await look()).toMatchObject({ messages: 1, isAll: true });
    expect((await standings.read(accountId))?.status).toBe("banned");
    expect(told).toEqual(["sending_suspended", "account_banned"]);
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
