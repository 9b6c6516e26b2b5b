import { beforeEach, describe, expect, it } from "vitest";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { type ResetPeriodsDeps, resetPeriods } from "../../shared/billing/reset-periods.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { watchUsage } from "../../shared/notifications/watch-usage.ts";
import { tellOfUse } from "../../shared/quota/news-of-use.ts";
import { openUseStore } from "../../shared/quota/open-use-store.ts";
import { type QuotaStore, quotaStore } from "../../shared/quota/quota-store.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const start = Date.UTC(2026, 0, 31, 12);
const day = 24 * 3_600_000;
const ofMonth = (percent: number) =>
  percent === 100
    ? "You have used up this period's emails"
    : `You have used ${percent}% of this period's emails`;
const ofOverage = (percent: number) => ofMonth(percent).replace("emails", "overage");

await onEachDynamoEngine("an owner is told of use", (dynamo) => {
  const clock = settableClock(start);
  const places = { accounts: "", quota: "", notices: "" };
  let accountId = 0;
  const serials = (function* () {
    for (let serial = 0; ; serial += 1) yield `s${serial}`;
  })();
  const newSubmission = () => String(serials.next().value);

  /** A process that accepts mail: its quota store joins what goes together. */
  const process = () => quotaStore({ client: dynamo.client, table: places.quota, clock });
  const notices = () => noticeStore({ client: dynamo.client, table: places.notices, clock });
  const watch = () =>
    watchUsage({ uses: openUseStore({ client: dynamo.client, table: places.quota }), notices: notices() });

  /** What the clock starts, once a period has ended. */
  const reset = (how: Partial<ResetPeriodsDeps> = {}) =>
    resetPeriods({
      accounts: accountStore({ client: dynamo.client, table: places.accounts, clock }),
      ...{ quota: process(), owner: ownerOf(notices()), periodEvents: { put: async () => undefined } },
      ...how,
    });

  beforeEach(() => {
    const { accounts, quota, notices } = dynamo.tables;
    Object.assign(places, { accounts, quota, notices });
    clock.set(start);
    accountId += 1;
  });

  const open = (monthLimit: number, mostOverage?: number) =>
    process().open({
      accountId,
      plan: { name: "Basic", monthLimit, dayLimit: 1_000_000, ...(mostOverage && { mostOverage }) },
      anchor: start,
    });

  async function reserveSilently(quota: QuotaStore, count: number) {
    const reservation = await quota.reserve({ accountId, submissionId: newSubmission(), count });
    return reservation.ok ? reservation : undefined;
  }

  async function send(quota: QuotaStore, count: number): Promise<boolean> {
    const reservation = await reserveSilently(quota, count);
    if (reservation?.crossed) await tellOfUse(ownerOf(notices()), reservation.crossed);
    return reservation !== undefined;
  }

  const told = async () =>
    (await notices().list(accountId, { archived: false, limit: 50 }))
      .map(({ subject }) => subject)
      .toSorted();

  it("once, when 200 senders at the same time cross 80%", async () => {
    await open(1_000);
    const processes = Array.from({ length: 8 }, process);
    await Promise.all(Array.from({ length: 200 }, (_, place) => send(processes[place % 8] ?? process(), 4)));
    expect(await told()).toEqual([ofMonth(80)]);
  });

  it("at 80, 90 and 100% once each, and afresh in the next period", async () => {
    await open(100);
    const processes = Array.from({ length: 5 }, process);
    const all = () =>
      Promise.all(Array.from({ length: 120 }, (_, place) => send(processes[place % 5] ?? process(), 1)));
    expect((await all()).filter(Boolean)).toHaveLength(100);
    expect(await told()).toEqual([80, 90, 100].map(ofMonth).toSorted());

    clock.advance(31 * day);
    expect((await all()).filter(Boolean)).toHaveLength(100);
    expect(await told()).toEqual([80, 80, 90, 90, 100, 100].map(ofMonth).toSorted());
    expect(await watch()).toEqual({ told: 0, failed: 0 });
  });

  it("once, though units were given back and taken again", async () => {
    await open(100);
    const quota = process();
    await send(quota, 79);
    const submissionId = newSubmission();
    for (let round = 0; round < 3; round += 1) {
      const one = { accountId, submissionId: `${submissionId}-${round}`, count: 5 };
      const reservation = await quota.reserve(one);
      if (reservation.ok && reservation.crossed) await tellOfUse(ownerOf(notices()), reservation.crossed);
      await quota.release(one);
    }
    expect(await told()).toEqual([ofMonth(80)]);
  });

  it("of the overage as of the month, and of a larger plan's thresholds as they come", async () => {
    await open(100, 50);
    const quota = process();
    await quota.setOverage(accountId, 50);
    for (let sent = 0; sent < 150; sent += 10) await send(quota, 10);
    expect(await send(quota, 1)).toBe(false);
    expect(await told()).toEqual(
      [80, 90, 100].flatMap((percent) => [ofMonth(percent), ofOverage(percent)]).toSorted(),
    );

    await quota.changePlan(accountId, { name: "Business", monthLimit: 1_000, dayLimit: 1_000_000 });
    await send(quota, 640);
    expect(await told()).toHaveLength(6);
    await send(quota, 10);
    expect((await told()).filter((subject) => subject === ofMonth(80))).toHaveLength(2);
  });

  describe("by who watches open periods", () => {
    it("where whoever crossed a threshold died before, once", async () => {
      await open(100);
      const quota = process();
      expect((await reserveSilently(quota, 85))?.crossed?.thresholds).toHaveLength(1);
      await send(quota, 6);
      expect(await told()).toEqual([ofMonth(90)]);
      await Promise.all([watch(), watch(), watch()]);
      expect(await told()).toEqual([ofMonth(80), ofMonth(90)]);
      expect(await watch()).toEqual({ told: 0, failed: 0 });
    });
  });

  describe("by who closes a period", () => {
    const ofLast = (percent: number) => ofMonth(percent).replace("this", "the last");

    it("of what was reached in its last minutes by whom died before telling, once", async () => {
      await open(100);
      await send(process(), 85);
      // Its process dies: nobody is told, and the submission stays open.
      const submissionId = newSubmission();
      await process().reserve({ accountId, submissionId, count: 10 });
      clock.advance(31 * day);

      await Promise.all([reset(), reset()]);
      expect(await watch()).toEqual({ told: 0, failed: 0 });
      expect(await told()).toEqual([ofMonth(80), ofLast(90)].toSorted());
      await process().release({ accountId, submissionId, count: 10 });
      await reset();
      expect(await told()).toHaveLength(2);
    });

    it("where a send has closed it, too, and again where he could not be told", async () => {
      await open(100, 50);
      await process().setOverage(accountId, 50);
      await reserveSilently(process(), 145);
      clock.advance(31 * day);
      await send(process(), 1);
      const broken = { tell: () => Promise.reject(new Error("DynamoDB is ill")) };
      const { failures } = await reset({ owner: broken });
      expect(failures).toContainEqual({ accountId, error: new Error("DynamoDB is ill") });

      await reset();
      const ofLastOverage = (percent: number) => ofLast(percent).replace("emails", "overage");
      expect(await told()).toEqual([80, 90, 100].map(ofLast).concat([80, 90].map(ofLastOverage)).toSorted());
    });
  });

  it("by the watch, where the notice could not be kept; the mail goes out all the same", async () => {
    await open(10);
    const reservation = await reserveSilently(process(), 9);
    const broken = { tell: () => Promise.reject(new Error("DynamoDB is ill")) };
    if (reservation?.crossed) await tellOfUse(broken, reservation.crossed);
    expect(await told()).toEqual([]);
    expect((await watch()).told).toBe(2);
  });
});
