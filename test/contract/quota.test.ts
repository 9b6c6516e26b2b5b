import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { openDay } from "../../shared/quota/period-store.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { quotaBench } from "./quota-bench.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const day = 86_400_000;
const february = Date.UTC(2026, 1, 28, 12);

await onEachDynamoEngine("a quota", (dynamo) => {
  const bench = (options: { plan?: { monthLimit?: number; dayLimit?: number }; now?: number } = {}) =>
    quotaBench(dynamo, { now: noon, ...options });

  it("counts what is reserved against month and day together", async () => {
    const { quota, accountId, submission } = await bench({ plan: { monthLimit: 10, dayLimit: 8 } });
    expect(await quota.reserve({ accountId, submissionId: submission(), count: 3 })).toEqual({ ok: true });
    expect(await quota.usage(accountId)).toMatchObject({
      used: 3,
      remaining: 7,
      dayUsed: 3,
      dayRemaining: 5,
    });
  });

  it("refuses what exceeds the month, naming what remains and until when", async () => {
    const { quota, accountId, submission } = await bench({ plan: { monthLimit: 2 } });
    const refusal = await quota.reserve({ accountId, submissionId: submission(), count: 3 });
    expect(refusal).toEqual({ ok: false, limit: "month", remaining: 2, resetsAt: february });
    expect(await quota.usage(accountId)).toMatchObject({ used: 0 });
  });

  it("names the tighter limit, so that what remains of it would be accepted", async () => {
    const { quota, accountId, submission } = await bench({ plan: { monthLimit: 5, dayLimit: 2 } });
    const refusal = await quota.reserve({ accountId, submissionId: submission(), count: 9 });
    expect(refusal).toEqual({ ok: false, limit: "day", remaining: 2, resetsAt: Date.UTC(2026, 1, 1) });
    expect(await quota.reserve({ accountId, submissionId: submission(), count: 2 })).toEqual({ ok: true });
  });

  it("opens again the next day", async () => {
    const { quota, accountId, submission, clock } = await bench({ plan: { dayLimit: 2 } });
    await quota.reserve({ accountId, submissionId: submission(), count: 2 });
    clock.advance(day);
    expect(await quota.usage(accountId)).toMatchObject({ day: "2026-02-01", dayUsed: 0, used: 2 });
    expect(await quota.reserve({ accountId, submissionId: submission(), count: 2 })).toEqual({ ok: true });
    expect(await quota.usage(accountId)).toMatchObject({ dayUsed: 2, used: 4 });
  });

  it("does not open a day again for a machine whose clock is behind", async () => {
    const { quota, process, accountId, submission, clock } = await bench({ plan: { dayLimit: 2 } });
    const behind = process({ now: () => noon });
    clock.advance(day);
    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    expect(await behind.reserve({ accountId, submissionId: submission(), count: 1 })).toEqual({ ok: true });
    expect(await behind.reserve({ accountId, submissionId: submission(), count: 1 })).toMatchObject({
      ok: false,
      limit: "day",
    });
    expect(await quota.usage(accountId)).toMatchObject({ day: "2026-02-01", dayUsed: 2 });
  });

  it("does not go back to a period for a machine whose clock is behind", async () => {
    const { quota, process, accountId, submission, clock } = await bench({ plan: { monthLimit: 2 } });
    clock.set(february);
    await quota.rollOver(accountId);
    const behind = process({ now: () => february - 50 });
    await behind.reserve({ accountId, submissionId: submission(), count: 2 });
    expect(await quota.usage(accountId)).toMatchObject({ used: 2, periodStart: february });
  });

  it("counts a submission once, however often it is reserved", async () => {
    const { quota, process, accountId, submission } = await bench();
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 3 });
    expect(await process().reserve({ accountId, submissionId, count: 3 })).toMatchObject({ ok: true });
    expect(await quota.usage(accountId)).toMatchObject({ used: 3 });
  });

  it("takes many submissions at the same time, as many as fit, each once", async () => {
    const { quota, accountId, submission } = await bench({ plan: { monthLimit: 100 } });
    const ids = Array.from({ length: 70 }, submission);
    const first = await Promise.all(
      ids.map((submissionId) => quota.reserve({ accountId, submissionId, count: 1 })),
    );
    expect(first.every(({ ok }) => ok)).toBe(true);
    expect(await quota.usage(accountId)).toMatchObject({ used: 70, remaining: 30 });
    const more = await Promise.all(
      [...ids, ...Array.from({ length: 40 }, submission)].map((submissionId) =>
        quota.reserve({ accountId, submissionId, count: 1 }),
      ),
    );
    expect(more.slice(0, 70)).toEqual(ids.map(() => ({ ok: true, reservedBefore: 1 })));
    expect(more.slice(70).filter(({ ok }) => ok)).toHaveLength(30);
    expect(await quota.usage(accountId)).toMatchObject({ used: 100, remaining: 0 });
  });

  it("keeps submissions at the same time apart, whatever they ask for", async () => {
    const { quota, accountId, submission } = await bench({ plan: { monthLimit: 10 } });
    const twice = submission();
    const asked = [2, 0, -1, 11, 3].map((count) => ({ accountId, submissionId: submission(), count }));
    const same = [1, 1].map((count) => ({ accountId, submissionId: twice, count }));
    const answers = await Promise.allSettled([...asked, ...same].map((wanted) => quota.reserve(wanted)));
    expect(answers.map((answer) => (answer.status === "fulfilled" ? answer.value.ok : "refused"))).toEqual([
      true,
      true,
      "refused",
      false,
      true,
      true,
      true,
    ]);
    expect(await quota.usage(accountId)).toMatchObject({ used: 6 });
  });

  it("lets a repeated reservation stand even when nothing remains for a new one", async () => {
    const { quota, accountId, submission } = await bench({ plan: { monthLimit: 3 } });
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 3 });
    expect(await quota.reserve({ accountId, submissionId, count: 3 })).toMatchObject({ ok: true });
  });

  it("takes nothing for nothing, and refuses counts that are no counts", async () => {
    const { quota, accountId, submission } = await bench({ plan: { monthLimit: 0 } });
    expect(await quota.reserve({ accountId, submissionId: submission(), count: 0 })).toEqual({ ok: true });
    for (const count of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(quota.reserve({ accountId, submissionId: submission(), count })).rejects.toThrow(
        RangeError,
      );
    }
  });

  it("forbids to send to an account that has none", async () => {
    const { quota, submission } = await bench();
    const reserving = quota.reserve({ accountId: 999_999, submissionId: submission(), count: 1 });
    await expect(reserving).rejects.toMatchObject({ code: "forbidden" });
  });

  it("lets an account wait whose processes leave too many submissions unconfirmed", async () => {
    const { quota, accountId, submission, item } = await bench();
    const entry = { n: 1, at: noon, released: 0 };
    const pending = Object.fromEntries(Array.from({ length: 1_999 }, () => [submission(), entry]));
    await dynamo.client.send(
      new PutCommand({ TableName: dynamo.tables.quota, Item: { ...(await item()), pending } }),
    );
    const last = submission();
    expect(await quota.reserve({ accountId, submissionId: last, count: 1 })).toEqual({ ok: true });
    const reserving = quota.reserve({ accountId, submissionId: submission(), count: 1 });
    await expect(reserving).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 10 });
    expect(await quota.usage(accountId)).toMatchObject({ used: 1 });

    await quota.release({ accountId, submissionId: last, count: 1 });
    expect(await quota.reserve({ accountId, submissionId: submission(), count: 1 })).toEqual({ ok: true });
  });

  it("never goes back to an earlier day", async () => {
    const { process, accountId, submission, clock, item } = await bench();
    clock.advance(day);
    await process().reserve({ accountId, submissionId: submission(), count: 1 });
    await openDay({ client: dynamo.client, table: dynamo.tables.quota }, accountId, noon);
    expect(await item()).toMatchObject({ day: "2026-02-01", dayRemaining: 999 });
  });

  it("stays as it is when it is opened again", async () => {
    const { quota, accountId, submission } = await bench();
    await quota.reserve({ accountId, submissionId: submission(), count: 3 });
    await quota.open({ accountId, anchor: noon, plan: { name: "other", monthLimit: 9, dayLimit: 9 } });
    expect(await quota.usage(accountId)).toMatchObject({ planName: "test", used: 3 });
  });

  it("removes what is finished with the next reservation, 25 at a time", async () => {
    const { quota, accountId, submission, item } = await bench();
    const done = Array.from({ length: 30 }, submission);
    for (const submissionId of done) await quota.reserve({ accountId, submissionId, count: 1 });
    for (const submissionId of done) quota.finished(accountId, submissionId);

    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    expect(Object.keys((await item())["pending"] as object)).toHaveLength(6);
    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    expect(Object.keys((await item())["pending"] as object)).toHaveLength(2);
    expect(await quota.usage(accountId)).toMatchObject({ used: 32 });
  });

  it("keeps what is finished in mind when the next reservation is refused", async () => {
    const { quota, accountId, submission, item } = await bench({ plan: { monthLimit: 5 } });
    const submissionId = submission();
    await quota.reserve({ accountId, submissionId, count: 1 });
    quota.finished(accountId, submissionId);
    expect((await quota.reserve({ accountId, submissionId: submission(), count: 9 })).ok).toBe(false);
    await quota.reserve({ accountId, submissionId: submission(), count: 1 });
    expect((await item())["pending"]).not.toHaveProperty(submissionId);
  });
});
