import { describe, expect, it } from "vitest";
import { reconcileQuota } from "../../shared/quota/reconcile-quota.ts";
import { queueing, useSendingCustomer } from "../../test/support/sending-customer.ts";
import { takeQueuedIds, to } from "../../test/support/test-sender.ts";

const sending = useSendingCustomer();
const { open } = sending;

describe("an Idempotency-Key", () => {
  const key = { "idempotency-key": "order-771" };

  it("makes a repeated request read the first answer, and nothing happens twice", async () => {
    const first = await sending.customer.send(to("a", "b"), key);
    expect(await sending.customer.send(to("a", "b"), key)).toEqual(first);
    expect(first.message_ids).toHaveLength(2);
    expect(sending.service.takeJobs()).toHaveLength(1);
    expect(await sending.customer.used()).toBe(2);
  });

  it("replays a batch with its mistakes", async () => {
    const first = await sending.customer.batch([to("a"), {}], key);
    expect(await sending.customer.batch([to("a"), {}], key)).toEqual(first);
    expect(sending.service.takeJobs()).toHaveLength(1);
  });

  it("belongs to one body and one path", async () => {
    await sending.customer.send(to("a"), key);
    const reused = [409, ["Idempotency-Key was already used with another request body"]];
    const other = await sending.customer.send(to("b"), key);
    expect([other.status, other.errors]).toEqual(reused);
    const elsewhere = await sending.customer.batch([to("a")], key);
    expect([elsewhere.status, elsewhere.errors]).toEqual(reused);
  });

  it("belongs to one account", async () => {
    await sending.customer.send(to("a"), key);
    await open();
    expect((await sending.customer.send(to("b"), key)).status).toBe(200);
  });

  it("is forgotten after 24 hours", async () => {
    const first = await sending.customer.send(to("a"), key);
    sending.clock.advance(24 * 60 * 60_000 + 1_000);
    const second = await sending.customer.send(to("a"), key);
    expect(second.status).toBe(200);
    expect(second.message_ids).not.toEqual(first.message_ids);
  });

  it("remembers nothing of what was refused", async () => {
    expect((await sending.customer.send({ ...to("a"), subject: "" }, key)).status).toBe(400);
    expect((await sending.customer.send(to("a"), key)).status).toBe(200);
  });

  it("can be used again after the queue had failed", async () => {
    sending.broken.fail({ ...queueing, when: "before" });
    expect((await sending.customer.send(to("a"), key)).status).toBe(500);
    sending.broken.mend();
    expect((await sending.customer.send(to("a"), key)).status).toBe(200);
    expect(await sending.customer.used()).toBe(1);
  });

  it.each(["", "ключ", "a\tb", "k".repeat(256)])("%j is none", async (wrong) => {
    expect(await sending.customer.send(to("a"), { "idempotency-key": wrong })).toMatchObject({
      status: 400,
      errors: ["Idempotency-Key must have 1 to 255 printable ASCII characters"],
    });
  });

  it("lets only one of two requests at the same time through", async () => {
    const answers = await Promise.all([
      sending.customer.send(to("a"), key),
      sending.customer.send(to("a"), key),
      sending.customer.send(to("a"), key),
    ]);
    expect(sending.service.takeJobs()).toHaveLength(1);
    expect(await sending.customer.used()).toBe(1);
    for (const { status, errors } of answers.filter(({ status }) => status !== 200)) {
      expect([status, errors]).toEqual([409, ["A request with this Idempotency-Key is still in progress"]]);
    }
  });
});

describe("an attempt that died under its Idempotency-Key", () => {
  const key = { "idempotency-key": "order-772" };

  it("is still in progress for a minute", async () => {
    await sending.broken.die({ ...queueing, when: "before" }, () => sending.customer.send(to("a"), key));
    sending.clock.advance(59_000);
    expect((await sending.customer.send(to("a"), key)).status).toBe(409);
  });

  it.each(["before", "after"] as const)(
    "%s queueing is taken over: billed once, under the same ids",
    async (when) => {
      await sending.broken.die({ ...queueing, when }, () => sending.customer.send(to("a", "b"), key));
      sending.clock.advance(61_000);
      const answer = await sending.customer.send(to("a", "b"), key);
      const ids = takeQueuedIds(sending.service);

      expect(answer.status).toBe(200);
      expect(new Set(ids)).toEqual(new Set(answer.message_ids));
      expect(await sending.customer.used()).toBe(2);
    },
  );

  it("does not queue again what the message log knows", async () => {
    await sending.broken.die({ ...queueing, when: "after" }, () => sending.customer.send(to("a", "b"), key));
    const [first] = sending.service.takeJobs().flatMap(({ recipients }) => recipients);
    await sending.service.claim(sending.customer.accountId, first?.messageId ?? "");
    sending.clock.advance(61_000);
    const answer = await sending.customer.send(to("a", "b"), key);
    const queued = takeQueuedIds(sending.service);

    expect(queued).toEqual([answer.message_ids?.[1]]);
    expect(await sending.customer.used()).toBe(2);
  });

  it("is not billed again once the reconciliation has settled its reservation", async () => {
    await sending.broken.die({ ...queueing, when: "after" }, () => sending.customer.send(to("a", "b"), key));
    const ids = takeQueuedIds(sending.service);
    for (const messageId of ids) await sending.service.claim(sending.customer.accountId, messageId);
    sending.clock.advance(20 * 60_000);
    const { failures } = await reconcileQuota({
      clock: sending.clock,
      quota: sending.service.quota,
      messages: sending.service.messages,
    });
    expect(failures).toEqual([]);
    const answer = await sending.customer.send(to("a", "b"), key);

    expect(answer.message_ids).toEqual(ids);
    expect(sending.service.takeJobs()).toEqual([]);
    expect(await sending.customer.used()).toBe(2);
  });

  it("accepts no more of a batch than the first attempt had reserved", async () => {
    await open({ monthLimit: 2 });
    const items = [to("a"), to("b"), to("c")];
    await sending.broken.die({ ...queueing, when: "before" }, () => sending.customer.batch(items, key));
    sending.clock.advance(61_000);
    const { responses } = await sending.customer.batch(items, key);

    expect(responses?.map(({ success }) => success)).toEqual([true, true, false]);
    expect(sending.service.takeJobs()).toHaveLength(2);
    expect(await sending.customer.used()).toBe(2);
  });

  describe("with an email of a batch that could not be sent then, and could now,", () => {
    async function dieThenMend(late: string) {
      const items = [{ ...to("a"), from: { email: `a@${late}` } }, to("b"), to("c")];
      await open({ domains: { [late]: "under_review" } });
      await sending.broken.die({ ...queueing, when: "after" }, () => sending.customer.batch(items, key));
      const jobs = sending.service.takeJobs();
      await sending.service.domains.setComplianceStatus(sending.customer.accountId, late, "compliant");
      sending.clock.advance(61_000);
      return { items, queued: jobs.flatMap(({ recipients }) => recipients) };
    }

    it("is taken over with the same ids for the same recipients", async () => {
      const { items, queued } = await dieThenMend("late1.example");
      const { responses } = await sending.customer.batch(items, key);
      const again = sending.service.takeJobs().flatMap(({ recipients }) => recipients);

      expect(responses?.map(({ success }) => success)).toEqual([false, true, true]);
      expect(again).toEqual(queued);
      expect(await sending.customer.used()).toBe(2);
    });

    it("never calls an email accepted because another one has been sent", async () => {
      const { items, queued } = await dieThenMend("late2.example");
      for (const { messageId } of queued) await sending.service.claim(sending.customer.accountId, messageId);
      const { responses } = await sending.customer.batch(items, key);

      expect(responses?.map(({ message_ids }) => message_ids)).toEqual([
        undefined,
        ...queued.map(({ messageId }) => [messageId]),
      ]);
      expect(sending.service.takeJobs()).toEqual([]);
    });
  });

  it("with an email of a batch that may not be sent any more is not taken over", async () => {
    const late = "late3.example";
    const items = [{ ...to("a"), from: { email: `a@${late}` } }, to("b")];
    await open({ domains: { [late]: "compliant" } });
    await sending.broken.die({ ...queueing, when: "after" }, () => sending.customer.batch(items, key));
    sending.service.takeJobs();
    await sending.service.domains.setComplianceStatus(sending.customer.accountId, late, "suspended");
    sending.clock.advance(61_000);

    expect((await sending.customer.batch(items, key)).status).toBe(500);
    expect(sending.service.takeJobs()).toEqual([]);
    expect(await sending.customer.used()).toBe(2);
  });

  it("while refusing tells the customer that nothing was accepted", async () => {
    sending.broken.fail({ ...queueing, when: "before" });
    // The first put is the key's own record, the next marks a message as refused.
    await sending.broken.die({ sdk: "dynamo", command: "PutItemCommand", when: "after", skip: 1 }, () =>
      sending.customer.send(to("a", "b"), key),
    );
    sending.broken.mend();
    sending.clock.advance(61_000);
    const answer = await sending.customer.send(to("a", "b"), key);
    expect(answer.status).toBe(500);
    expect(await sending.customer.used()).toBe(0);
  });
});
