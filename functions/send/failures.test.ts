import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bodyOf, postEvent, type SendService, startSendService } from "../../test/support/send-service.ts";
import { settableClock } from "../../test/support/test-table.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
let service: SendService;
let account: Awaited<ReturnType<SendService["account"]>>;
const mended: (() => void)[] = [];

beforeAll(async () => {
  service = await startSendService(clock);
});
beforeEach(async () => {
  for (const mend of mended.splice(0)) mend();
  service.takeJobs();
  account = await service.account();
});
afterAll(() => service.stop());

type Sdk = "dynamo" | "sqs" | "s3";

/** Makes AWS calls fail, before they are made or after: an answer that is lost. */
function breakCalls(
  sdk: Sdk,
  command: string,
  when: "before" | "after",
  times = Number.POSITIVE_INFINITY,
): void {
  const stack = service[sdk].middlewareStack as unknown as DynamoDBClient["middlewareStack"];
  const name = `broken-${mended.length}`;
  let left = times;
  stack.add(
    (next, context) => async (args) => {
      if (context.commandName !== command || left <= 0) return next(args);
      left -= 1;
      if (when === "after") await next(args);
      throw new Error("broken on purpose");
    },
    { name },
  );
  mended.push(() => void stack.remove(name));
}

function mendAll(): void {
  for (const mend of mended.splice(0)) mend();
}

const to = (...names: string[]) => ({ to: names.map((name) => ({ email: `${name}@example.net` })) });

async function post(path: string, body: object, headers = {}) {
  const from = { email: `a@${account.domain}` };
  const usual = { from, subject: "S", text: "T" };
  const full = path === "/api/send" ? { ...usual, ...body } : { base: usual, ...body };
  const answer = await service.door()(postEvent(path, account.token, full, headers));
  return { status: answer.statusCode, ...bodyOf(answer) };
}

const send = (body: object = to("a"), headers = {}) => post("/api/send", body, headers);
const batch = (requests: object[], headers = {}) => post("/api/batch", { requests }, headers);
const used = async () => (await service.quota.usage(account.accountId))?.used;
const internal = ["Internal server error"];

describe("when the queue", () => {
  it("refuses, the customer reads a 500 and nothing is billed", async () => {
    breakCalls("sqs", "SendMessageBatchCommand", "before");
    expect(await send(to("a", "b"))).toEqual({ status: 500, success: false, errors: internal });
    expect(await used()).toBe(0);
  });

  it("takes an email but its answer is lost, the messages are marked, so that no worker delivers them", async () => {
    breakCalls("sqs", "SendMessageBatchCommand", "after");
    expect((await send(to("a", "b"))).status).toBe(500);
    const ids = service.takeJobs().flatMap(({ recipients }) => recipients.map(({ messageId }) => messageId));
    const states = await service.messages.statesOf(account.accountId, ids);

    expect(ids).toHaveLength(2);
    expect([...states.values()]).toEqual(["refused", "refused"]);
    expect(await used()).toBe(0);
  });

  it("fails for one call of a batch, only the items in it are refused", async () => {
    breakCalls("sqs", "SendMessageBatchCommand", "before", 1);
    const { status, responses = [] } = await batch(Array.from({ length: 25 }, (_, place) => to(`r${place}`)));
    const refused = responses.filter(({ success }) => !success);

    expect(status).toBe(200);
    expect(refused).toHaveLength(10);
    expect(refused[0]).toEqual({ success: false, errors: internal });
    expect(await used()).toBe(15);
    expect(service.takeJobs()).toHaveLength(15);
  });

  it("takes one part of an email and not the other, the email is refused whole", async () => {
    breakCalls("sqs", "SendMessageBatchCommand", "before", 1);
    const many = Array.from({ length: 501 }, (_, place) => `r${place}`);
    expect((await send(to(...many))).status).toBe(500);
    const ids = service.takeJobs().flatMap(({ recipients }) => recipients.map(({ messageId }) => messageId));

    expect(ids.length).toBeGreaterThan(0);
    expect([...(await service.messages.statesOf(account.accountId, ids)).values()]).toEqual(
      ids.map(() => "refused"),
    );
    expect(await used()).toBe(0);
  });

  it("and the message log both fail, the reservation stays for the reconciliation", async () => {
    breakCalls("sqs", "SendMessageBatchCommand", "before");
    breakCalls("dynamo", "PutItemCommand", "before");
    expect((await send()).status).toBe(500);
    mendAll();
    expect(await used()).toBe(1);
    clock.advance(16 * 60_000);
    const stale: number[] = [];
    for await (const { accountId } of service.quota.stalePending(15 * 60_000)) stale.push(accountId);
    expect(stale).toContain(account.accountId);
    clock.set(noon);
  });
});

describe("when the bucket refuses", () => {
  it("an email's content, the email is refused and never queued", async () => {
    breakCalls("s3", "PutObjectCommand", "before");
    expect((await send({ ...to("a"), text: "x".repeat(1_100_000) })).status).toBe(500);
    expect(service.takeJobs()).toEqual([]);
    expect(await used()).toBe(0);
  });

  it("one item's content, the others are accepted", async () => {
    breakCalls("s3", "PutObjectCommand", "before");
    const { responses } = await batch([{ ...to("a"), text: "x".repeat(1_100_000) }, to("b")]);
    expect(responses?.map(({ success }) => success)).toEqual([false, true]);
    expect(await used()).toBe(1);
  });
});

describe("an Idempotency-Key", () => {
  const key = { "idempotency-key": "order-771" };

  it("makes a repeated request read the first answer, and nothing happens twice", async () => {
    const first = await send(to("a", "b"), key);
    expect(await send(to("a", "b"), key)).toEqual(first);
    expect(first.message_ids).toHaveLength(2);
    expect(service.takeJobs()).toHaveLength(1);
    expect(await used()).toBe(2);
  });

  it("replays a batch with its mistakes", async () => {
    const first = await batch([to("a"), {}], key);
    expect(await batch([to("a"), {}], key)).toEqual(first);
    expect(service.takeJobs()).toHaveLength(1);
  });

  it("belongs to one body and one path", async () => {
    await send(to("a"), key);
    const reused = [409, ["Idempotency-Key was already used with another request body"]];
    const other = await send(to("b"), key);
    expect([other.status, other.errors]).toEqual(reused);
    const elsewhere = await batch([to("a")], key);
    expect([elsewhere.status, elsewhere.errors]).toEqual(reused);
  });

  it("belongs to one account", async () => {
    await send(to("a"), key);
    account = await service.account();
    expect((await send(to("b"), key)).status).toBe(200);
  });

  it("is forgotten after 24 hours", async () => {
    const first = await send(to("a"), key);
    clock.advance(24 * 60 * 60_000 + 1_000);
    const second = await send(to("a"), key);
    clock.set(noon);
    expect(second.status).toBe(200);
    expect(second.message_ids).not.toEqual(first.message_ids);
  });

  it("remembers nothing of what was refused", async () => {
    expect((await send({ ...to("a"), subject: "" }, key)).status).toBe(400);
    expect((await send(to("a"), key)).status).toBe(200);
  });

  it("can be used again after the queue had failed", async () => {
    breakCalls("sqs", "SendMessageBatchCommand", "before");
    expect((await send(to("a"), key)).status).toBe(500);
    mendAll();
    expect((await send(to("a"), key)).status).toBe(200);
    expect(await used()).toBe(1);
  });

  it.each(["", "ключ", "a\tb", "k".repeat(256)])("%j is none", async (wrong) => {
    expect(await send(to("a"), { "idempotency-key": wrong })).toMatchObject({
      status: 400,
      errors: ["Idempotency-Key must have 1 to 255 printable ASCII characters"],
    });
  });

  it("lets only one of two requests at the same time through", async () => {
    const answers = await Promise.all([send(to("a"), key), send(to("a"), key), send(to("a"), key)]);
    expect(service.takeJobs()).toHaveLength(1);
    expect(await used()).toBe(1);
    for (const { status, errors } of answers.filter(({ status }) => status !== 200)) {
      expect([status, errors]).toEqual([409, ["A request with this Idempotency-Key is still in progress"]]);
    }
  });
});

describe("an attempt that died under its Idempotency-Key", () => {
  const key = { "idempotency-key": "order-772" };

  /** The process dies at this call, the first after some others: nothing that follows happens. */
  async function die(
    at: { sdk: Sdk; command: string; when: "before" | "after"; skip?: number },
    doing: () => Promise<unknown>,
  ): Promise<void> {
    const stack = service[at.sdk].middlewareStack as unknown as DynamoDBClient["middlewareStack"];
    let skip = at.skip ?? 0;
    await new Promise<void>((dead) => {
      stack.add(
        (next, context) => async (args) => {
          if (context.commandName !== at.command || skip-- > 0) return next(args);
          if (at.when === "after") await next(args);
          dead();
          return new Promise<never>(() => undefined);
        },
        { name: "deadly" },
      );
      void doing();
    });
    stack.remove("deadly");
  }

  const queueing = { sdk: "sqs", command: "SendMessageBatchCommand" } as const;

  it("is still in progress for a minute", async () => {
    await die({ ...queueing, when: "before" }, () => send(to("a"), key));
    clock.advance(59_000);
    expect((await send(to("a"), key)).status).toBe(409);
    clock.set(noon);
  });

  it.each(["before", "after"] as const)(
    "%s queueing is taken over: billed once, under the same ids",
    async (when) => {
      await die({ ...queueing, when }, () => send(to("a", "b"), key));
      clock.advance(61_000);
      const answer = await send(to("a", "b"), key);
      clock.set(noon);
      const ids = service
        .takeJobs()
        .flatMap(({ recipients }) => recipients.map(({ messageId }) => messageId));

      expect(answer.status).toBe(200);
      expect(new Set(ids)).toEqual(new Set(answer.message_ids));
      expect(await used()).toBe(2);
    },
  );

  it("does not queue again what the message log knows", async () => {
    await die({ ...queueing, when: "after" }, () => send(to("a", "b"), key));
    const [first] = service.takeJobs().flatMap(({ recipients }) => recipients);
    await service.claim(account.accountId, first?.messageId ?? "");
    clock.advance(61_000);
    const answer = await send(to("a", "b"), key);
    clock.set(noon);
    const queued = service
      .takeJobs()
      .flatMap(({ recipients }) => recipients.map(({ messageId }) => messageId));

    expect(queued).toEqual([answer.message_ids?.[1]]);
    expect(await used()).toBe(2);
  });

  it("accepts no more of a batch than the first attempt had reserved", async () => {
    account = await service.account({ monthLimit: 2 });
    const items = [to("a"), to("b"), to("c")];
    await die({ ...queueing, when: "before" }, () => batch(items, key));
    clock.advance(61_000);
    const { responses } = await batch(items, key);
    clock.set(noon);

    expect(responses?.map(({ success }) => success)).toEqual([true, true, false]);
    expect(service.takeJobs()).toHaveLength(2);
    expect(await used()).toBe(2);
  });

  it("while refusing tells the customer that nothing was accepted", async () => {
    breakCalls("sqs", "SendMessageBatchCommand", "before");
    // The first put is the key's own record, the next marks a message as refused.
    await die({ sdk: "dynamo", command: "PutItemCommand", when: "after", skip: 1 }, () =>
      send(to("a", "b"), key),
    );
    mendAll();
    clock.advance(61_000);
    const answer = await send(to("a", "b"), key);
    clock.set(noon);
    expect(answer.status).toBe(500);
    expect(await used()).toBe(0);
  });
});
