import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimStore } from "../../shared/messages/claim-store.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { accountPartition } from "../../shared/platform/account-partition.ts";
import { messageIdAt } from "../../shared/platform/ids.ts";
import { takeBackWrite } from "../../shared/quota/quota-store.ts";
import { reconcileQuota } from "../../shared/quota/reconcile-quota.ts";
import { useDynamo } from "../support/dynamodb.ts";
import { type QuotaBench, quotaBench } from "./quota-bench.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const minute = 60_000;
const day = 24 * 60 * minute;

/** How far a submission comes before its process ends, and what the queue does to it. */
const fates = [
  "queued and finished",
  "queued, then the process dies",
  "dies before it is queued",
  "dies before it is queued, but the queue has it after all",
  "the queue refuses the first half",
  "the queue refuses all",
  "the queue refuses the first half, then the process dies before it releases",
] as const;

const submissionArbitrary = fc.record({
  size: fc.integer({ min: 1, max: 9 }),
  fate: fc.constantFrom(...fates),
  process: fc.integer({ min: 0, max: 2 }),
  reservesTwice: fc.boolean(),
});

type Submission = typeof submissionArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

describe("the quota of an account", () => {
  const dynamo = useDynamo();

  function messagesOf({ accountId, clock }: QuotaBench) {
    const deps = { client: dynamo.client, table: dynamo.tables.messages, clock };
    const claims = claimStore({
      ...deps,
      statsTable: dynamo.tables.stats,
      takeUnit: ({ submissionId }) => takeBackWrite(dynamo.tables.quota, accountId, submissionId),
    });
    return { rows: messageStore(deps), claims };
  }

  /** What a worker does with the messages that reached it; returns how many it sends. */
  async function deliver(
    bench: QuotaBench,
    submissionId: string,
    messageIds: readonly string[],
  ): Promise<number> {
    const { claims } = messagesOf(bench);
    const log = { stream: "transactional", domainName: "example.com", from: "a@example.com" } as const;
    const answers = await Promise.all(
      messageIds.map((messageId) =>
        claims.claim({
          ...{ accountId: bench.accountId, submissionId, messageId, route: "ses" },
          claimUntil: bench.clock.now() + minute,
          log: { ...log, to: "b@example.com", recipientKind: "to", subject: "s", acceptedAt: noon },
        }),
      ),
    );
    return answers.filter(({ kind }) => kind === "mine").length;
  }

  interface Outcome {
    sent: number;
    late: { submissionId: string; messageIds: string[] } | undefined;
  }

  const nothing: Outcome = { sent: 0, late: undefined };

  async function submit(
    bench: QuotaBench,
    submission: Submission,
    processes: QuotaBench["quota"][],
  ): Promise<Outcome> {
    const { accountId } = bench;
    const { size: count, fate } = submission;
    const quota = processes[submission.process] ?? bench.quota;
    const submissionId = bench.submission();
    const messageIds = Array.from({ length: count }, (_, place) => messageIdAt(submissionId, place));
    const refuse = (ids: string[]) => messagesOf(bench).rows.markRefused(accountId, ids);
    const half = messageIds.slice(0, Math.ceil(count / 2));
    const rest = messageIds.slice(half.length);

    const reserve = () => quota.reserve({ accountId, submissionId, count });
    const [reservation] = await Promise.all(submission.reservesTwice ? [reserve(), reserve()] : [reserve()]);
    if (reservation?.ok !== true) return nothing;
    switch (fate) {
      case "queued and finished": {
        const sent = await deliver(bench, submissionId, messageIds);
        quota.finished(accountId, submissionId);
        return { ...nothing, sent };
      }
      case "queued, then the process dies":
        return { ...nothing, sent: await deliver(bench, submissionId, messageIds) };
      case "dies before it is queued":
        return nothing;
      case "dies before it is queued, but the queue has it after all":
        return { sent: 0, late: { submissionId, messageIds } };
      case "the queue refuses all": {
        const refused = await refuse(messageIds);
        await quota.release({ accountId, submissionId, count: refused.length });
        return nothing;
      }
      case "the queue refuses the first half": {
        const refused = await refuse(half);
        await quota.release({ accountId, submissionId, count: refused.length });
        quota.finished(accountId, submissionId);
        return { ...nothing, sent: await deliver(bench, submissionId, rest) };
      }
      case "the queue refuses the first half, then the process dies before it releases":
        await refuse(half);
        return { ...nothing, sent: await deliver(bench, submissionId, rest) };
    }
  }

  it("is never exceeded, and counts what was sent once all has settled, whatever fails or dies", async () => {
    const submissions = fc.array(submissionArbitrary, { minLength: 1, maxLength: 25 });
    const property = fc.asyncProperty(
      submissions,
      fc.integer({ min: 0, max: 60 }),
      fc.boolean(),
      async (planned, left, reconciliationDies) => {
        const bench = await quotaBench(dynamo, { now: noon, plan: { monthLimit: left } });
        const processes = [bench.process(), bench.process(), bench.process()];
        const outcomes = await Promise.all(planned.map((each) => submit(bench, each, processes)));
        const sent = outcomes.reduce((sum, outcome) => sum + outcome.sent, 0);
        expect(sent).toBeLessThanOrEqual(left);
        expect((await bench.quota.usage(bench.accountId))?.used).toBeLessThanOrEqual(left);

        const late = outcomes.flatMap((outcome) => outcome.late ?? []);
        const comeLate = async () => {
          const numbers = late.map(({ submissionId, messageIds }) =>
            deliver(bench, submissionId, messageIds),
          );
          return (await Promise.all(numbers)).reduce((sum, number) => sum + number, 0);
        };
        bench.clock.advance(day + minute);
        const { rows: messages } = messagesOf(bench);
        let sentLate = 0;
        if (reconciliationDies) {
          const dying = { ...bench.quota, settlePending: () => Promise.reject(new Error("dies here")) };
          await reconcileQuota({ clock: bench.clock, quota: dying, messages });
          sentLate += await comeLate();
        }
        expect((await reconcileQuota({ clock: bench.clock, quota: bench.quota, messages })).failures).toEqual(
          [],
        );
        sentLate += await comeLate();

        expect(sentLate).toBe(late.reduce((sum, { messageIds }) => sum + messageIds.length, 0));
        expect(await bench.quota.usage(bench.accountId)).toMatchObject({ used: sent + sentLate });
        expect((await reconcileQuota({ clock: bench.clock, quota: bench.quota, messages })).units).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it("starts afresh once at the end of a period, however many senders and schedules meet there", async () => {
    const starts = fc.record({
      year: fc.integer({ min: 2020, max: 2035 }),
      minuteOfDay: fc.integer({ min: 0, max: 1_439 }),
    });
    const senders = fc.array(
      fc.record({ skewMs: fc.integer({ min: -2_000, max: 2_000 }), count: fc.integer({ min: 1, max: 6 }) }),
      { minLength: 2, maxLength: 14 },
    );
    const property = fc.asyncProperty(
      starts,
      fc.integer({ min: 1, max: 4 }),
      senders,
      async ({ year, minuteOfDay }, schedules, racing) => {
        const anchor = Date.UTC(year, 0, 31) + minuteOfDay * minute;
        const limit = 20;
        const bench = await quotaBench(dynamo, { now: anchor, plan: { monthLimit: limit } });
        const { accountId, clock } = bench;
        await bench.quota.reserve({ accountId, submissionId: bench.submission(), count: 7 });
        const end = Number((await bench.item())["periodEnd"]);
        expect(new Date(end).getUTCDate()).toBe(new Date(Date.UTC(year, 2, 0)).getUTCDate());

        clock.set(end);
        const sends = racing.map(async ({ skewMs, count }) => {
          const process = bench.process({ now: () => clock.now() + skewMs });
          const reservation = await process.reserve({ accountId, submissionId: bench.submission(), count });
          return reservation.ok ? count : 0;
        });
        const rolls = Array.from({ length: schedules }, () => bench.process().rollOver(accountId));
        const [accepted] = await Promise.all([Promise.all(sends), Promise.all(rolls)]);
        const total = accepted.reduce((sum, count) => sum + count, 0);

        const { Items: closed = [] } = await dynamo.client.send(
          new QueryCommand({
            TableName: dynamo.tables.quota,
            KeyConditionExpression: "pk = :pk AND begins_with(sk, :period)",
            ExpressionAttributeValues: { ":pk": accountPartition(accountId), ":period": "PERIOD#" },
          }),
        );
        const usage = await bench.quota.usage(accountId);
        expect(closed).toHaveLength(1);
        expect(closed[0]?.["used"]).toBeLessThanOrEqual(limit);
        expect(usage?.used).toBeLessThanOrEqual(limit);
        expect(Number(closed[0]?.["used"]) + Number(usage?.used)).toBe(7 + total);
        expect(usage?.periodStart).toBe(end);
        expect(new Date(Number(usage?.periodEnd)).toISOString()).toContain(`${year}-03-31`);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});
