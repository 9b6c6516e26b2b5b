import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bodyOf, postEvent, type SendService, startSendService } from "../../test/support/send-service.ts";
import { settableClock } from "../../test/support/test-table.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
let service: SendService;
let account: Awaited<ReturnType<SendService["account"]>>;

beforeAll(async () => {
  service = await startSendService(clock);
  account = await service.account();
});
beforeEach(() => void service.takeJobs());
afterAll(() => service.stop());

const base = () => ({ from: { email: `news@${account.domain}` }, subject: "News", text: "New." });
const to = (name: string) => ({ to: [{ email: `${name}@example.net` }] });
const accepted = { success: true, message_ids: [expect.any(String)] };

async function batch(body: unknown, token = account.token) {
  const answer = await service.door()(postEvent("/api/batch", token, body));
  return { status: answer.statusCode, ...bodyOf(answer) };
}

describe("a batch", () => {
  it("answers for each item in its place, and queues the sound ones", async () => {
    const answer = await batch({
      base: base(),
      requests: [
        to("a"),
        { cc: [] },
        { ...to("b"), subject: "Own" },
        { ...to("c"), from: { email: "c@x.example" } },
      ],
    });
    const jobs = service.takeJobs();

    expect(answer).toEqual({
      status: 200,
      success: true,
      responses: [
        accepted,
        { success: false, errors: ["'to', 'cc' or 'bcc' address is required"] },
        accepted,
        { success: false, errors: ["Unauthorized"] },
      ],
    });
    expect(jobs.map(({ recipients, content }) => [recipients[0]?.messageId, content.inline.subject])).toEqual(
      [
        [answer.responses?.[0]?.message_ids?.[0], "News"],
        [answer.responses?.[2]?.message_ids?.[0], "Own"],
      ],
    );
  });

  it("of which nothing is sound is a success all the same, and costs no quota", async () => {
    service.calls.length = 0;
    expect(await batch({ requests: [{}] })).toMatchObject({ status: 200, success: true });
    expect(service.calls).toEqual(["UpdateItemCommand"]);
  });

  it("takes no recipients from its base", async () => {
    const answer = await batch({
      base: { ...base(), ...to("x"), bcc: [{ email: "y@example.net" }] },
      requests: [{}, to("a")],
    });
    expect(answer.responses?.map(({ success }) => success)).toEqual([false, true]);
    expect(service.takeJobs()).toMatchObject([{ recipients: [{ email: "a@example.net" }] }]);
  });

  it("is packed into as few calls as the queue allows", async () => {
    service.calls.length = 0;
    await batch({ base: base(), requests: Array.from({ length: 25 }, (_, place) => to(`r${place}`)) });
    expect(service.calls).toEqual([
      "UpdateItemCommand",
      "UpdateItemCommand",
      ...Array(3).fill("SendMessageBatchCommand"),
    ]);
    expect(service.takeJobs()).toHaveLength(25);
  });

  it("stores what its items share once when repeating it would be much", async () => {
    const attachments = [{ filename: "f", content: Buffer.alloc(300_000).toString("base64") }];
    service.calls.length = 0;
    await batch({
      base: { ...base(), attachments },
      requests: [to("a"), to("b"), { ...to("c"), subject: "Own" }],
    });
    const jobs = service.takeJobs();
    const key = `${account.accountId}/${jobs[0]?.submissionId}/base.json`;

    expect(service.calls.filter((call) => call === "PutObjectCommand")).toHaveLength(1);
    expect(jobs.map(({ content }) => content.stored)).toEqual([[key], [key], [key]]);
    expect(jobs[2]?.content.inline).toEqual({
      to: [{ email: "c@example.net" }],
      cc: [],
      headers: {},
      subject: "Own",
    });
    expect(await service.stored(key)).toMatchObject({ subject: "News", attachments: [{ filename: "f" }] });
  });

  it("stores an item's own large content beside the shared one", async () => {
    const shared = "s".repeat(600_000);
    const own = "o".repeat(1_100_000);
    await batch({ base: { ...base(), text: shared }, requests: [{ ...to("a"), html: own }, to("b")] });
    const [first, second] = service.takeJobs();

    expect(first?.content.stored.map((key) => key.split("/").at(-1))).toEqual(["base.json", "0.json"]);
    expect(await service.stored(first?.content.stored[1] ?? "")).toMatchObject({ html: own });
    expect(second?.content.stored.map((key) => key.split("/").at(-1))).toEqual(["base.json"]);
  });

  it.each<[string, unknown, string]>([
    ["without requests", { base: {} }, "empty field: 'requests'"],
    ["with no request", { requests: [] }, "empty field: 'requests'"],
    ["that is a list", [{}], "request body must be a JSON object"],
    ["whose requests are no list", { requests: { a: {} } }, "'requests' must be an array of objects"],
    ["whose requests are no objects", { requests: [[]] }, "'requests' must be an array of objects"],
    ["of 501", { requests: Array(501).fill({}) }, "'requests' must not exceed 500 emails"],
    ["whose base is no object", { base: [], requests: [{}] }, "'base' must be an object"],
    [
      "of more than 100,000 recipients",
      { requests: Array(101).fill({ to: Array(991).fill({ email: "a@b.co" }) }) },
      "'requests' must not exceed 100000 recipients in all",
    ],
  ])("%s is refused whole", async (_, body, error) => {
    expect(await batch(body)).toEqual({ status: 400, success: false, errors: [error] });
  });
});

describe("a batch larger than the quota", () => {
  const three = (name: string) => ({
    to: ["x", "y", "z"].map((part) => ({ email: `${name}${part}@example.net` })),
  });

  it("is accepted as far as whole items fit, the rest refused with the limit's text", async () => {
    const { token, domain, accountId } = await service.account({ monthLimit: 7 });
    const answer = await batch(
      {
        base: { ...base(), from: { email: `n@${domain}` } },
        requests: [three("a"), {}, three("b"), three("c"), to("d")],
      },
      token,
    );

    expect(answer.responses?.map(({ success }) => success)).toEqual([true, false, true, false, false]);
    expect(answer.responses?.slice(3).map(({ errors }) => errors)).toEqual(
      Array(2).fill(["Monthly messages limit reached"]),
    );
    expect((await service.quota.usage(accountId))?.used).toBe(6);
    expect(service.takeJobs()).toHaveLength(2);
  });

  it("never takes more than is left, however many come at once", async () => {
    const { token, domain, accountId } = await service.account({ monthLimit: 20, dayLimit: 17 });
    const requests = [three("a"), to("b"), three("c"), three("d")];
    const body = { base: { ...base(), from: { email: `n@${domain}` } }, requests };
    const answers = await Promise.all(Array.from({ length: 6 }, () => batch(body, token)));
    const accepted = answers.flatMap(({ responses = [] }) =>
      responses.flatMap(({ message_ids = [] }) => message_ids),
    );

    expect(accepted.length).toBeLessThanOrEqual(17);
    expect(new Set(accepted).size).toBe(accepted.length);
    expect((await service.quota.usage(accountId))?.used).toBe(accepted.length);
    expect(service.takeJobs().flatMap(({ recipients }) => recipients)).toHaveLength(accepted.length);
  });
});
