import { describe, expect, it } from "vitest";
import { postEvent } from "../../test/support/send-service.ts";
import { queueing, useSendingCustomer } from "../../test/support/sending-customer.ts";
import { takeQueuedIds, testSender, to } from "../../test/support/test-sender.ts";

const sending = useSendingCustomer();
const internal = ["Internal server error"];

describe("when the queue", () => {
  it("refuses, the customer reads a 500 and nothing is billed", async () => {
    sending.broken.fail({ ...queueing, when: "before" });
    expect(await sending.customer.send(to("a", "b"))).toEqual({
      status: 500,
      success: false,
      errors: internal,
    });
    expect(await sending.customer.used()).toBe(0);
  });

  it("takes an email but its answer is lost, the messages are marked, so that no worker delivers them", async () => {
    sending.broken.fail({ ...queueing, when: "after" });
    expect((await sending.customer.send(to("a", "b"))).status).toBe(500);
    const ids = takeQueuedIds(sending.service);
    const states = await sending.service.messages.statesOf(sending.customer.accountId, ids);

    expect(ids).toHaveLength(2);
    expect([...states.values()]).toEqual(["refused", "refused"]);
    expect(await sending.customer.used()).toBe(0);
  });

  it("fails for one call of a batch, only the items in it are refused", async () => {
    sending.broken.fail({ ...queueing, when: "before" }, 1);
    const { status, responses = [] } = await sending.customer.batch(
      Array.from({ length: 25 }, (_, place) => to(`r${place}`)),
    );
    const refused = responses.filter(({ success }) => !success);

    expect(status).toBe(200);
    expect(refused).toHaveLength(10);
    expect(refused[0]).toEqual({ success: false, errors: internal });
    expect(await sending.customer.used()).toBe(15);
    expect(sending.service.takeJobs()).toHaveLength(15);
  });

  it("takes nothing at all, the rest of a batch is refused while there is time to say so", async () => {
    sending.broken.fail({ ...queueing, when: "before" });
    sending.service.calls.length = 0;
    const { responses = [] } = await sending.customer.batch(
      Array.from({ length: 300 }, (_, place) => to(`r${place}`)),
    );

    expect(responses.map(({ errors }) => errors)).toEqual(responses.map(() => internal));
    expect(sending.service.calls.filter((call) => call === queueing.command)).toHaveLength(8);
    expect(await sending.customer.used()).toBe(0);
  });

  it("fails once in a large batch, all others of it are accepted", async () => {
    sending.broken.fail({ ...queueing, when: "before" }, 1);
    const { responses = [] } = await sending.customer.batch(
      Array.from({ length: 300 }, (_, place) => to(`r${place}`)),
    );

    expect(responses.filter(({ success }) => success)).toHaveLength(290);
    expect(await sending.customer.used()).toBe(290);
  });

  it("takes one part of an email and not the other, the email is refused whole", async () => {
    sending.broken.fail({ ...queueing, when: "before" }, 1);
    const many = Array.from({ length: 501 }, (_, place) => `r${place}`);
    expect((await sending.customer.send(to(...many))).status).toBe(500);
    const ids = takeQueuedIds(sending.service);

    expect(ids.length).toBeGreaterThan(0);
    expect([...(await sending.service.messages.statesOf(sending.customer.accountId, ids)).values()]).toEqual(
      ids.map(() => "refused"),
    );
    expect(await sending.customer.used()).toBe(0);
  });

  it("and the message log both fail, the reservation stays for the reconciliation", async () => {
    sending.broken.fail({ ...queueing, when: "before" });
    sending.broken.fail({ sdk: "dynamo", command: "PutItemCommand", when: "before" });
    expect((await sending.customer.send(to("a"))).status).toBe(500);
    sending.broken.mend();
    expect(await sending.customer.used()).toBe(1);
    sending.clock.advance(16 * 60_000);
    const stale: number[] = [];
    for await (const { accountId } of sending.service.quota.stalePending(15 * 60_000)) stale.push(accountId);
    expect(stale).toContain(sending.customer.accountId);
  });
});

describe("when the answer to a reservation is lost for good", () => {
  it("the customer reads a 500, and the units are given back at once", async () => {
    const account = await sending.service.account();
    const email = { from: { email: `a@${account.domain}` }, ...to("a", "b"), subject: "S", text: "T" };
    const reserve: typeof sending.service.quota.reserve = async (wanted) => {
      await sending.service.quota.reserve(wanted);
      throw new Error("no answer");
    };
    const door = sending.service.door("transactional", { quota: { ...sending.service.quota, reserve } });

    expect((await door(postEvent("/api/send", account.token, email))).statusCode).toBe(500);
    expect(await testSender(sending.service, account).used()).toBe(0);
    expect(sending.service.takeJobs()).toEqual([]);
  });
});

describe("when the bucket refuses", () => {
  it("an email's content, the email is refused and never queued", async () => {
    sending.broken.fail({ sdk: "s3", command: "PutObjectCommand", when: "before" });
    expect((await sending.customer.send({ ...to("a"), text: "x".repeat(1_100_000) })).status).toBe(500);
    expect(sending.service.takeJobs()).toEqual([]);
    expect(await sending.customer.used()).toBe(0);
  });

  it("everything, the rest of a batch is refused while there is time to say so", async () => {
    sending.broken.fail({ sdk: "s3", command: "PutObjectCommand", when: "before" });
    sending.service.calls.length = 0;
    const large = Array.from({ length: 40 }, () => ({ ...to("a"), text: "x".repeat(1_100_000) }));
    const { responses = [] } = await sending.customer.batch(large);

    expect(responses.map(({ errors }) => errors)).toEqual(responses.map(() => internal));
    expect(sending.service.calls.filter((call) => call === "PutObjectCommand")).toHaveLength(16);
    expect(await sending.customer.used()).toBe(0);
  });

  it("one item's content, the others are accepted", async () => {
    sending.broken.fail({ sdk: "s3", command: "PutObjectCommand", when: "before" });
    const { responses } = await sending.customer.batch([
      { ...to("a"), text: "x".repeat(1_100_000) },
      to("b"),
    ]);
    expect(responses?.map(({ success }) => success)).toEqual([false, true]);
    expect(await sending.customer.used()).toBe(1);
  });
});
