import { beforeEach, expect, it } from "vitest";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { tokenStore } from "../../shared/accounts/token-store.ts";
import { tokenWatchStore } from "../../shared/accounts/token-watch-store.ts";
import { watchTokens } from "../../shared/accounts/watch-tokens.ts";
import { wordsOf } from "../../shared/notifications/catalogue.ts";
import type { News } from "../../shared/platform/notice.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const hour = 3_600_000;
const day = 24 * hour;

await onEachDynamoEngine("owners of tokens", (dynamo) => {
  let clock: ReturnType<typeof settableClock>;
  let accountId = 0;
  let isBroken = false;
  let told: string[] = [];
  const at = () => ({ client: dynamo.client, table: dynamo.tables.accounts, clock });
  const tokens = () => tokenStore(at());
  const owner = {
    tell: async (account: number, news: News) => {
      if (isBroken) throw new Error("no news today");
      if (account === accountId) told.push(wordsOf(news).subject);
    },
  };
  const watch = () => watchTokens({ tokens: tokenWatchStore(at()), audits: auditStore(at()), owner, clock });
  const make = async (lifeDays: number | null) => {
    const expiresAt = lifeDays === null ? null : noon + lifeDays * day;
    return (await tokens().create(accountId, { name: "Shop", resources: [], expiresAt })).token;
  };
  /** Watches as the schedule does, though not each hour, until the given day. */
  const watchUntil = async (lastDay: number, step = 6 * hour) => {
    for (; clock.now() <= noon + lastDay * day; clock.advance(step)) await watch();
  };

  beforeEach(() => {
    clock = settableClock(noon);
    accountId += 1;
    isBroken = false;
    told = [];
  });

  it("hear of a long-lived one's end 30 days ahead, 3 days ahead, and then, each once", async () => {
    await make(180);
    clock.set(noon + 149 * day);
    await watch();
    expect(told).toEqual([]);
    await watchUntil(151);
    expect(told).toEqual(['API token "Shop" expires on 2026-07-30']);
    clock.set(noon + 176 * day);
    await watchUntil(178);
    expect(told).toHaveLength(2);
    await watchUntil(182);
    expect(told.slice(1)).toEqual(['API token "Shop" expires on 2026-07-30', 'API token "Shop" has expired']);
  });

  it("hear of a shorter-lived one's 3 days ahead, and of one of a day's only then", async () => {
    await make(30);
    await make(1);
    await watchUntil(2);
    expect(told).toEqual(['API token "Shop" has expired']);
    clock.set(noon + 26 * day);
    await watchUntil(31);
    expect(told).toHaveLength(3);
  });

  it("hear once, however many watch at once", async () => {
    await make(1);
    clock.set(noon + day);
    await Promise.all([1, 2, 3, 4].map(watch));
    expect(told).toHaveLength(1);
  });

  it("hear the last notice alone where several were missed, and of one that failed some minutes later", async () => {
    await make(180);
    clock.set(noon + 178 * day);
    isBroken = true;
    expect((await watch()).failed).toBeGreaterThan(0);
    isBroken = false;
    await watch();
    expect(told).toEqual([]);
    clock.advance(hour);
    await watch();
    await watch();
    expect(told).toHaveLength(1);
  });

  it("hear nothing of one that was reset, deleted, or never ends", async () => {
    const reset = await make(200);
    const deleted = await make(200);
    await make(null);
    await tokens().reset({ accountId, tokenId: reset.id }, { expiresAt: null, createdBy: "x" });
    await tokens().remove({ accountId, tokenId: deleted.id });
    clock.set(noon + 195 * day);
    await watch();
    clock.set(noon + 201 * day);
    await watch();
    expect(told).toEqual([]);
  });

  it("see an expired one for 90 days, and one that was reset for a day after its end", async () => {
    const expired = await make(1);
    const reset = await make(200);
    const id = { accountId, tokenId: reset.id };
    const { token: fresh } = await tokens().reset(id, { expiresAt: null, createdBy: "x" });
    const ids = async () => (await tokens().list(accountId)).map((token) => token.id);
    clock.set(noon + 35 * hour);
    await watch();
    expect(await ids()).toEqual([expired.id, reset.id, fresh.id]);
    clock.set(noon + 37 * hour);
    await watch();
    expect(await ids()).toEqual([expired.id, fresh.id]);
    clock.set(noon + 90 * day);
    await watch();
    expect(await ids()).toEqual([expired.id, fresh.id]);
    clock.set(noon + 91 * day + hour);
    await watch();
    expect(await ids()).toEqual([fresh.id]);
  });

  it("see one for a day after its end that is reset while it is looked at", async () => {
    const { id: tokenId } = await make(30);
    clock.set(noon + 27 * day);
    const resetting = {
      tell: async (account: number) => {
        if (account === accountId)
          await tokens().reset({ accountId, tokenId }, { expiresAt: null, createdBy: "Till" });
      },
    };
    await watchTokens({
      ...{ tokens: tokenWatchStore(at()), audits: auditStore(at()) },
      ...{ owner: resetting, clock },
    });
    clock.set(noon + 28.6 * day);
    await watch();
    expect((await tokens().list(accountId)).map(({ resetAt }) => resetAt)).toEqual([undefined]);
  });

  it("find in the audit log when a token ended and left the list, each once, however often it is looked at", async () => {
    const expired = await make(1);
    const reset = await make(200);
    const id = { accountId, tokenId: reset.id };
    await tokens().reset(id, { expiresAt: null, createdBy: "x" });
    for (const ms of [12 * hour, 13 * hour, day, 37 * hour, 92 * day]) {
      clock.set(noon + ms);
      await Promise.all([1, 2, 3].map(watch));
      await watch();
    }
    const entries = await auditStore(at()).list(accountId, { limit: 20 });
    const ended = entries.toReversed();
    expect(ended.map(({ event, resource, at: when }) => [event, resource.id, (when - noon) / hour])).toEqual([
      ["activity_log.api_token.expired", reset.id, 12],
      ["activity_log.api_token.expired", expired.id, 24],
      ["activity_log.api_token.deleted", reset.id, 36],
      ["activity_log.api_token.deleted", expired.id, 91 * 24],
    ]);
    expect(entries.map(({ actor }) => actor)).toEqual(Array(4).fill({ name: "System" }));
  });
});
