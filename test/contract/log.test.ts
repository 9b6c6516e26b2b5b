import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryOf, firstIdAt } from "../../shared/messages/log-entry.ts";
import { parseFilters } from "../../shared/messages/log-filters.ts";
import type { MessageRow, MessageStatus } from "../../shared/messages/message.ts";
import { announcementMs, packLog, packLogs } from "../../shared/messages/pack-log.ts";
import { itemOf } from "../../shared/messages/row-store.ts";
import { type LogSearch, searchLog } from "../../shared/messages/search-log.ts";
import { batchWrite } from "../../shared/platform/batch-write.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { type LogService, startLogService } from "../support/log-service.ts";
import { rowAt } from "../support/logged-row.ts";

const hourMs = 3_600_000;
const start = Date.UTC(2026, 2, 10, 12);
const statuses: MessageStatus[] = ["enqueued", "delivered", "not_delivered", "opted_out"];
const filters = [
  {},
  { status: "delivered" },
  { status: { operator: "not_equal", value: ["enqueued", "opted_out"] } },
  { to: { operator: "ci_contain", value: "READER1" } },
  { to: { operator: "ci_equal", value: ["Reader17@EXAMPLE.net", "reader3@example.net", 'no "one"'] } },
  { to: { operator: "ci_not_contain", value: "reader1" } },
  { category: "a", opens_count: { operator: "greater_than", value: 0 } },
  { subject: { operator: "empty" } },
];

const oftenDone = { send: 4, change: 4, late: 1, pack: 2, wait: 2 };
const step = fc.oneof(
  ...(Object.keys(oftenDone) as (keyof typeof oftenDone)[]).map((name) => ({
    weight: oftenDone[name],
    arbitrary: fc.record({ do: fc.constant(name), number: fc.nat() }),
  })),
);

/** What an event makes of a row. */
function changed(row: MessageRow, number: number): MessageRow {
  return {
    ...row,
    status: statuses[number % 4] ?? "delivered",
    opensCount: (row.opensCount ?? 0) + (number % 2),
    recorded: (row.recorded ?? 0) + 1,
    ...(number % 3 === 0 && { subject: "", category: "a" }),
  };
}

await onEachDynamoEngine("the log", (dynamo) => {
  let now = start;
  let log: LogService;
  let accounts = 0;
  beforeAll(async () => {
    log = await startLogService({
      client: dynamo.client,
      table: dynamo.tables.messages,
      clock: { now: () => now },
    });
  });
  afterAll(() => log.stop());

  const search = (accountId: number, wanted: Partial<LogSearch> & { filters?: unknown } = {}) =>
    searchLog(log, {
      accountId,
      ...parseFilters(wanted.filters),
      retentionDays: 30,
      pageSize: 7,
      ...wanted,
    });

  async function allPages(accountId: number, wanted: Parameters<typeof search>[1]) {
    const ids: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await search(accountId, { ...wanted, after });
      ids.push(...page.messageIds);
      if (page.next === null) return { ids, total: page.total };
      after = page.next;
    }
  }

  const pack = (accountId: number, counts: { rows?: number; deltas?: number } = {}) =>
    packLog(log, { accountId, rows: 2_000, deltas: 1_000, ...counts }, { hasTime: () => true });

  /** An account, what can happen to it, and what is to be found then. */
  function newWorld() {
    accounts += 1;
    const accountId = accounts;
    const rows = new Map<string, MessageRow>();
    const recorder = log.recorder();
    const record = async (row: MessageRow) => {
      rows.set(row.messageId, row);
      await log.record(recorder, row);
    };
    return {
      accountId,
      async send(number: number) {
        for (let place = 0; place <= number % 9; place += 1) await record(rowAt(accountId, now));
      },
      async late(number: number) {
        const at = now - ((number % 50) + 1) * hourMs;
        await record(rowAt(accountId, at, { category: "a", opensCount: 1 }));
      },
      async change(number: number) {
        const row = [...rows.values()][number % Math.max(1, rows.size)];
        if (row !== undefined) await record(changed(row, number));
      },
      async pack() {
        await pack(accountId);
      },
      async wait(number: number) {
        now += ((number % 900) + 1) * 60_000;
      },
      matching(filter: unknown) {
        const { conditions } = parseFilters(filter);
        return [...rows.values()]
          .filter((row) => conditions.every((by) => by.accepts(entryOf(row)[by.column])))
          .map(({ messageId }) => messageId)
          .sort()
          .reverse();
      },
    };
  }

  describe("of an account", () => {
    it("finds the same, whatever is packed, changed or late, and in whatever order this happened", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
          now = start;
          const world = newWorld();
          for (const one of steps) await world[one.do](one.number);
          for (const filter of filters) {
            const expected = world.matching(filter);
            const found = await allPages(world.accountId, { filters: filter });
            expect(found).toEqual({ ids: expected, total: expected.length });
          }
        }),
        { numRuns: 10 },
      );
    }, 240_000);

    it("is packed only some minutes after this was announced, and a crash in between changes nothing", async () => {
      now = start;
      accounts += 1;
      const accountId = accounts;
      const recorder = log.recorder();
      for (let place = 0; place < 30; place += 1) {
        await log.record(recorder, rowAt(accountId, start - 2 * hourMs - place * 1_000));
      }

      expect(await pack(accountId)).toEqual({ rows: 0, deltas: 0 });
      now += announcementMs - 1;
      expect(await pack(accountId)).toEqual({ rows: 0, deltas: 0 });
      now += 1;
      expect(await pack(accountId)).toEqual({ rows: 30, deltas: 0 });
      // As if it had died before it wrote down how far it is.
      await log.packing.setPackedThrough(accountId, "");
      expect((await search(accountId)).total).toBe(30);
      expect(await pack(accountId)).toEqual({ rows: 30, deltas: 0 });
      expect(
        (await search(accountId, { filters: { to: { operator: "ci_contain", value: "r" } } })).total,
      ).toBe(30);
      expect(await log.index.deltas(accountId, "2026-01-01", "2027-01-01")).toEqual([]);
    });

    it("shows the latest of what recorders wrote that learnt of an announcement at different times", async () => {
      now = start;
      accounts += 1;
      const accountId = accounts;
      const sent = rowAt(accountId, start - 2 * hourMs);
      const unaware = log.recorder();
      await log.record(unaware, sent);
      await pack(accountId);
      const aware = log.recorder();
      await log.record(aware, { ...sent, recorded: 2, opensCount: 1 });
      now += 30_000;
      await log.record(unaware, { ...sent, recorded: 3, opensCount: 2 });
      now += announcementMs;

      const opened = { filters: { opens_count: "2" } };
      expect((await search(accountId, opened)).total).toBe(1);
      expect(await pack(accountId)).toEqual({ rows: 1, deltas: 0 });
      expect((await search(accountId, opened)).total).toBe(1);
      await pack(accountId);
      expect((await search(accountId, opened)).total).toBe(1);
    });

    it("is packed to its end after a burst, although nothing comes behind it", async () => {
      now = start;
      accounts += 1;
      const accountId = accounts;
      const rows = Array.from({ length: 2_000 }, () => rowAt(accountId, now));
      const to = { client: dynamo.client, table: dynamo.tables.messages };
      await batchWrite(
        to,
        rows.map((row) => ({ PutRequest: { Item: itemOf(row) } })),
      );
      await log.packing.nominate({ accountId, rows: 2_100, deltas: 0 }, now);
      const rounds = async (minutes: number) => {
        for (let passed = 0; passed < minutes; passed += 5) {
          now += 5 * 60_000;
          await packLogs(log, { hasTime: () => true });
        }
      };
      await rounds(60);
      expect((await log.index.packingState(accountId)).packedThrough < firstIdAt(start)).toBe(true);
      await rounds(60);
      expect((await log.index.packingState(accountId)).packedThrough > firstIdAt(start + 1)).toBe(true);
      expect(await log.packing.workList()).toContainEqual({ accountId, rows: 0, deltas: 0 });
    });

    it("has its changes put into the blocks of the days with most of them, as far as there is time", async () => {
      now = start;
      accounts += 1;
      const accountId = accounts;
      const recorder = log.recorder();
      const days = [1, 3, 2];
      const rows = days.flatMap((count, ago) =>
        Array.from({ length: count }, () => rowAt(accountId, start - (ago + 1) * 24 * hourMs)),
      );
      for (const row of rows) await log.record(recorder, row);
      await pack(accountId);
      now += announcementMs;
      await pack(accountId);
      for (const row of rows) await log.record(recorder, { ...row, recorded: 2, opensCount: 7 });

      let turns = 0;
      const due = { accountId, rows: 0, deltas: 1_000 };
      const folded = await packLog(log, due, { hasTime: () => ++turns <= 2 });
      expect(folded).toEqual({ rows: 0, deltas: 5 });
      expect(await log.index.deltas(accountId, "", "9")).toHaveLength(1);
      expect((await search(accountId, { filters: { opens_count: "7" } })).total).toBe(6);
    });

    it("is counted anew, whatever fractions the samples of its growth add up to", async () => {
      accounts += 1;
      const accountId = accounts;
      const rows = [100, 99.99999999999999];
      for (const some of rows) await log.packing.nominate({ accountId, rows: some, deltas: 0 }, now);
      const entry = () =>
        log.packing.workList().then((all) => all.find((one) => one.accountId === accountId));
      await log.packing.recount(accountId, "rows", { was: (await entry())?.rows ?? 0, is: 7 });
      expect(Math.floor((await entry())?.rows ?? 0)).toBe(7);
    });

    it("gets its turn, however long the others' logs take", async () => {
      now = start;
      const mine = [accounts + 1, accounts + 2];
      accounts += 2;
      for (const accountId of mine) await log.packing.nominate({ accountId, rows: 2_000, deltas: 0 }, now);
      const waiting = (await log.packing.workList()).length;
      for (let round = 0; round < waiting; round += 1) {
        let looked = 0;
        await packLogs(log, { hasTime: () => ++looked === 1 });
        now += 5 * 60_000;
      }
      for (const accountId of mine) {
        expect((await log.index.packingState(accountId)).announced).not.toBe("");
      }
    });

    it("ends where its plan's retention does, and where the asker's domains do", async () => {
      now = start;
      accounts += 1;
      const accountId = accounts;
      const recorder = log.recorder();
      for (const days of [0, 1, 2, 3, 4]) {
        await log.record(recorder, rowAt(accountId, start - days * 24 * hourMs, { domainId: days % 2 }));
      }
      const midnight = Date.UTC(2026, 2, 7);
      await log.record(recorder, rowAt(accountId, midnight));
      await log.record(recorder, rowAt(accountId, midnight - 1));

      expect((await search(accountId, { retentionDays: 3 })).total).toBe(5);
      expect((await search(accountId, { domainIds: [0] })).total).toBe(3);
      expect((await search(accountId, { domainIds: [] })).total).toBe(0);
      expect((await search(accountId, { sentAfter: start - 24 * hourMs, sentBefore: start - 1 })).total).toBe(
        1,
      );
      expect((await search(accountId, { sentAfter: start, sentBefore: start - 1 })).total).toBe(0);
    });
  });
});
