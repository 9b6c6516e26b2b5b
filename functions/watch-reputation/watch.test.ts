import { beforeEach, describe, expect, it } from "vitest";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { system } from "../../shared/accounts/audit.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { asTimePasses, lift } from "../../shared/accounts/standing.ts";
import { standingStore } from "../../shared/accounts/standing-store.ts";
import type { Stream } from "../../shared/contracts/streams.ts";
import { suspensionRulesSchema } from "../../shared/contracts/suspension-rules.ts";
import type { Counted } from "../../shared/stats/stats.ts";
import { account } from "../../test/support/delivery-world.ts";
import { useDynamo } from "../../test/support/dynamodb.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { type WatchDeps, watchAccount } from "./watch.ts";

const start = Date.UTC(2026, 0, 31, 12);

describe("the watch over reputations", () => {
  const dynamo = useDynamo();
  const clock = settableClock(start);
  let deps: WatchDeps;
  let accountId = 0;
  let counted: Counted[] = [];

  beforeEach(async () => {
    clock.set(start);
    const table = { client: dynamo.client, table: dynamo.tables.accounts, clock };
    const accounts = accountStore(table);
    accountId = await accounts.nextId();
    await accounts.create({ ...account, id: accountId, ownerEmail: `owner@account${accountId}.example` });
    deps = {
      packing: { workList: async () => [{ accountId, rows: 1, deltas: 0 }] },
      standings: standingStore(table),
      stats: { counted: async () => counted },
      rules: suspensionRulesSchema.parse({}),
      clock,
    };
  });

  const mailOf = (stream: Stream, bounce: number, day: string): Counted => ({
    group: { day, stream, domainId: 1, esp: "", category: "" },
    counts: { sent: 1_000, delivery: 1_000 - bounce, bounce, open: 0, click: 0, spam: 0 },
  });
  const standing = async () => (await deps.standings.read(accountId))?.standing;

  it("warns of a stream, suspends it alone, and not again for what was sent before that was lifted", async () => {
    counted = [mailOf("bulk", 60, "2026-01-30"), mailOf("transactional", 0, "2026-01-30")];
    await watchAccount(deps, accountId);
    expect(await standing()).toMatchObject({ suspensions: [], news: [{ kind: "sending_at_risk" }] });
    await watchAccount(deps, accountId);
    expect((await standing())?.news).toHaveLength(1);

    clock.advance(3_600_000);
    await watchAccount(deps, accountId);
    await watchAccount(deps, accountId);
    expect(await standing()).toMatchObject({
      suspensions: [{ scope: { kind: "stream", stream: "bulk" }, automatic: true }],
      news: [
        { kind: "sending_at_risk" },
        { kind: "sending_suspended", what: expect.stringContaining("bulk") },
      ],
    });

    await deps.standings.change(accountId, lift({ kind: "stream", stream: "bulk" }));
    clock.advance(24 * 3_600_000);
    await watchAccount(deps, accountId);
    expect((await standing())?.suspensions).toEqual([]);
    counted = [mailOf("bulk", 60, "2026-02-01")];
    await watchAccount(deps, accountId);
    expect((await standing())?.news.at(-1)?.kind).toBe("sending_at_risk");
  });

  it("has what it suspends, and the ban that follows, in the audit log, once, whoever looks at the same time", async () => {
    counted = [mailOf("bulk", 60, "2026-01-30")];
    await watchAccount(deps, accountId);
    const table = { client: dynamo.client, table: dynamo.tables.accounts, clock };
    const noted = () => auditStore(table).list(accountId, { limit: 10 });
    expect(await noted()).toEqual([]);
    clock.advance(3_600_000);
    await Promise.all([1, 2, 3, 4].map(() => watchAccount(deps, accountId)));
    clock.advance(14 * 24 * 3_600_000);
    const standings = standingStore(table);
    await Promise.all([1, 2, 3, 4].map(() => standings.change(accountId, asTimePasses, system)));
    const bulk = "The bulk stream of your account";
    expect((await noted()).toReversed()).toMatchObject([
      {
        ...{ event: "activity_log.account.suspended", actor: { name: "System" } },
        resource: { type: "account", id: accountId },
        changes: {
          suspended: { from: [], to: [bulk] },
          reason: { to: expect.stringContaining("6% bounced") },
        },
      },
      {
        ...{ event: "activity_log.account.banned", actor: { name: "System" } },
        changes: { status: { from: "active", to: "banned" }, suspended: { from: [bulk], to: [] } },
      },
    ]);
    expect(await noted()).toHaveLength(2);
  });

  it("finds accounts to look after by time: at once with news, and when a suspension ends", async () => {
    counted = [mailOf("bulk", 60, "2026-01-30")];
    await watchAccount(deps, accountId);
    const standings = standingStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
    expect(await standings.due(100)).not.toContain(accountId);
    clock.advance(60_000);
    expect(await standings.due(100)).toContain(accountId);
  });
});
