import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { reconcileQuota } from "../../shared/quota/reconcile-quota.ts";
import { brokenCalls } from "../../test/support/broken-calls.ts";
import { type SendService, startSendService } from "../../test/support/send-service.ts";
import { takeQueuedIds, testSender, to } from "../../test/support/test-sender.ts";
import { settableClock } from "../../test/support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
const queueing = { sdk: "sqs", command: "SendMessageBatchCommand" } as const;
let service: SendService;
let broken: ReturnType<typeof brokenCalls>;
let customer: ReturnType<typeof testSender>;

beforeAll(async () => {
  service = await startSendService(clock);
  broken = brokenCalls(service);
});
beforeEach(async () => {
  broken.mend();
  clock.set(noon);
  service.takeJobs();
  customer = testSender(service, await service.account());
});
afterAll(() => service.stop());

describe("an Idempotency-Key", () => {
  const key = { "idempotency-key": "order-771" };

  it("makes a repeated request read the first answer, and nothing happens twice", async () => {
    const first = await customer.send(to("a", "b"), key);
    expect(await customer.send(to("a", "b"), key)).toEqual(first);
    expect(first.message_ids).toHaveLength(2);
    expect(service.takeJobs()).toHaveLength(1);
    expect(await customer.used()).toBe(2);
  });

  it("replays a batch with its mistakes", async () => {
    const first = await customer.batch([to("a"), {}], key);
    expect(await customer.batch([to("a"), {}], key)).toEqual(first);
    expect(service.takeJobs()).toHaveLength(1);
  });

  it("belongs to one body and one path", async () => {
    await customer.send(to("a"), key);
    const reused = [409, ["Idempotency-Key was already used with another request body"]];
    const other = await customer.send(to("b"), key);
    expect([other.status, other.errors]).toEqual(reused);
    const elsewhere = await customer.batch([to("a")], key);
    expect([elsewhere.status, elsewhere.errors]).toEqual(reused);
  });

  it("belongs to one account", async () => {
    await customer.send(to("a"), key);
    customer = testSender(service, await service.account());
    expect((await customer.send(to("b"), key)).status).toBe(200);
  });

  it("is forgotten after 24 hours", async () => {
    const first = await customer.send(to("a"), key);
    clock.advance(24 * 60 * 60_000 + 1_000);
    const second = await customer.send(to("a"), key);
    expect(second.status).toBe(200);
    expect(second.message_ids).not.toEqual(first.message_ids);
  });

  it("remembers nothing of what was refused", async () => {
    expect((await customer.send({ ...to("a"), subject: "" }, key)).status).toBe(400);
    expect((await customer.send(to("a"), key)).status).toBe(200);
  });

  it("can be used again after the queue had failed", async () => {
    broken.fail({ ...queueing, when: "before" });
    expect((await customer.send(to("a"), key)).status).toBe(500);
    broken.mend();
    expect((await customer.send(to("a"), key)).status).toBe(200);
    expect(await customer.used()).toBe(1);
  });

  it.each(["", "ключ", "a\tb", "k".repeat(256)])("%j is none", async (wrong) => {
    expect(await customer.send(to("a"), { "idempotency-key": wrong })).toMatchObject({
      status: 400,
      errors: ["Idempotency-Key must have 1 to 255 printable ASCII characters"],
    });
  });

  it("lets only one of two requests at the same time through", async () => {
    const answers = await Promise.all([
      customer.send(to("a"), key),
      customer.send(to("a"), key),
      customer.send(to("a"), key),
    ]);
    expect(service.takeJobs()).toHaveLength(1);
    expect(await customer.used()).toBe(1);
    for (const { status, errors } of answers.filter(({ status }) => status !== 200)) {
      expect([status, errors]).toEqual([409, ["A request with this Idempotency-Key is still in progress"]]);
    }
  });
});

describe("an attempt that died under its Idempotency-Key", () => {
  const key = { "idempotency-key": "order-772" };

  it("is still in progress for a minute", async () => {
    await broken.die({ ...queueing, when: "before" }, () => customer.send(to("a"), key));
    clock.advance(59_000);
    expect((await customer.send(to("a"), key)).status).toBe(409);
  });

  it.each(["before", "after"] as const)(
    "%s queueing is taken over: billed once, under the same ids",
    async (when) => {
      await broken.die({ ...queueing, when }, () => customer.send(to("a", "b"), key));
      clock.advance(61_000);
      const answer = await customer.send(to("a", "b"), key);
      const ids = takeQueuedIds(service);

      expect(answer.status).toBe(200);
      expect(new Set(ids)).toEqual(new Set(answer.message_ids));
      expect(await customer.used()).toBe(2);
    },
  );

  it("does not queue again what the message log knows", async () => {
    await broken.die({ ...queueing, when: "after" }, () => customer.send(to("a", "b"), key));
    const [first] = service.takeJobs().flatMap(({ recipients }) => recipients);
    await service.claim(customer.accountId, first?.messageId ?? "");
    clock.advance(61_000);
    const answer = await customer.send(to("a", "b"), key);
    const queued = takeQueuedIds(service);

    expect(queued).toEqual([answer.message_ids?.[1]]);
    expect(await customer.used()).toBe(2);
  });

  it("is not billed again once the reconciliation has settled its reservation", async () => {
    await broken.die({ ...queueing, when: "after" }, () => customer.send(to("a", "b"), key));
    const ids = takeQueuedIds(service);
    for (const messageId of ids) await service.claim(customer.accountId, messageId);
    clock.advance(20 * 60_000);
    const { failures } = await reconcileQuota({ clock, quota: service.quota, messages: service.messages });
    expect(failures).toEqual([]);
    const answer = await customer.send(to("a", "b"), key);

    expect(answer.message_ids).toEqual(ids);
    expect(service.takeJobs()).toEqual([]);
    expect(await customer.used()).toBe(2);
  });

  it("accepts no more of a batch than the first attempt had reserved", async () => {
    customer = testSender(service, await service.account({ monthLimit: 2 }));
    const items = [to("a"), to("b"), to("c")];
    await broken.die({ ...queueing, when: "before" }, () => customer.batch(items, key));
    clock.advance(61_000);
    const { responses } = await customer.batch(items, key);

    expect(responses?.map(({ success }) => success)).toEqual([true, true, false]);
    expect(service.takeJobs()).toHaveLength(2);
    expect(await customer.used()).toBe(2);
  });

  describe("with an email of a batch that could not be sent then, and could now,", () => {
    async function dieThenMend(late: string) {
      const items = [{ ...to("a"), from: { email: `a@${late}` } }, to("b"), to("c")];
      customer = testSender(service, await service.account({ domains: { [late]: "under_review" } }));
      await broken.die({ ...queueing, when: "after" }, () => customer.batch(items, key));
      const jobs = service.takeJobs();
      await service.domains.setComplianceStatus(customer.accountId, late, "compliant");
      clock.advance(61_000);
      return { items, queued: jobs.flatMap(({ recipients }) => recipients) };
    }

    it("is taken over with the same ids for the same recipients", async () => {
      const { items, queued } = await dieThenMend("late1.example");
      const { responses } = await customer.batch(items, key);
      const again = service.takeJobs().flatMap(({ recipients }) => recipients);

      expect(responses?.map(({ success }) => success)).toEqual([false, true, true]);
      expect(again).toEqual(queued);
      expect(await customer.used()).toBe(2);
    });

    it("never calls an email accepted because another one has been sent", async () => {
      const { items, queued } = await dieThenMend("late2.example");
      for (const { messageId } of queued) await service.claim(customer.accountId, messageId);
      const { responses } = await customer.batch(items, key);

      expect(responses?.map(({ message_ids }) => message_ids)).toEqual([
        undefined,
        ...queued.map(({ messageId }) => [messageId]),
      ]);
      expect(service.takeJobs()).toEqual([]);
    });
  });

  it("with an email of a batch that may not be sent any more is not taken over", async () => {
    const late = "late3.example";
    const items = [{ ...to("a"), from: { email: `a@${late}` } }, to("b")];
    customer = testSender(service, await service.account({ domains: { [late]: "compliant" } }));
    await broken.die({ ...queueing, when: "after" }, () => customer.batch(items, key));
    service.takeJobs();
    await service.domains.setComplianceStatus(customer.accountId, late, "suspended");
    clock.advance(61_000);

    expect((await customer.batch(items, key)).status).toBe(500);
    expect(service.takeJobs()).toEqual([]);
    expect(await customer.used()).toBe(2);
  });

  it("while refusing tells the customer that nothing was accepted", async () => {
    broken.fail({ ...queueing, when: "before" });
    // The first put is the key's own record, the next marks a message as refused.
    await broken.die({ sdk: "dynamo", command: "PutItemCommand", when: "after", skip: 1 }, () =>
      customer.send(to("a", "b"), key),
    );
    broken.mend();
    clock.advance(61_000);
    const answer = await customer.send(to("a", "b"), key);
    expect(answer.status).toBe(500);
    expect(await customer.used()).toBe(0);
  });
});
