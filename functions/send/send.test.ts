import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { messageIdAt } from "../../shared/platform/ids.ts";
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

function email(changes: object = {}) {
  return {
    from: { email: `billing@${account.domain}` },
    to: [{ email: "reader@example.net" }],
    subject: "Receipt",
    text: "Paid.",
    ...changes,
  };
}

function send(changes: object = {}, { token = account.token, headers = {} } = {}) {
  return service.door()(postEvent("/api/send", token, email(changes), headers));
}

async function errorsOf(answer: ReturnType<typeof send>): Promise<[number, string[] | undefined]> {
  const response = await answer;
  expect(bodyOf(response).success).toBe(false);
  return [response.statusCode, bodyOf(response).errors];
}

const readers = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ email: `r${place}@example.net` }));

describe("an email", () => {
  it("is answered with one id for each recipient, in the order to, cc, bcc, and queued", async () => {
    const answer = await send({
      bcc: [{ email: "b@example.net" }],
      cc: [{ email: "c@example.net", name: "C" }],
      reply_to: { email: "help@example.net" },
      category: "receipts",
      custom_variables: { order: 771 },
    });
    const ids = bodyOf(answer).message_ids;
    const [job, ...others] = service.takeJobs();

    expect(answer.statusCode).toBe(200);
    expect(others).toEqual([]);
    expect(job?.recipients).toEqual([
      { messageId: ids?.[0], email: "reader@example.net", kind: "to" },
      { messageId: ids?.[1], email: "c@example.net", kind: "cc" },
      { messageId: ids?.[2], email: "b@example.net", kind: "bcc" },
    ]);
    expect(job).toMatchObject({
      accountId: account.accountId,
      stream: "transactional",
      domainName: account.domain,
      acceptedAt: clock.now(),
      category: "receipts",
      customVariables: { order: "771" },
      clientIp: "192.0.2.7",
      content: {
        stored: [],
        inline: {
          from: { email: `billing@${account.domain}` },
          to: [{ email: "reader@example.net" }],
          cc: [{ email: "c@example.net", name: "C" }],
          replyTo: { email: "help@example.net" },
          subject: "Receipt",
          text: "Paid.",
          headers: {},
          attachments: [],
        },
      },
    });
    expect(ids?.[1]).toBe(messageIdAt(job?.submissionId ?? "", 1));
  });

  it("goes to the stream of the function", async () => {
    await service.door("bulk")(postEvent("/api/send", account.token, email()));
    expect(service.takeJobs()).toMatchObject([{ stream: "bulk" }]);
  });

  it("costs three AWS calls once warm: rate, quota, queue", async () => {
    await send();
    service.calls.length = 0;
    await send({ to: readers(20) });
    expect(service.calls).toEqual(["UpdateItemCommand", "UpdateItemCommand", "SendMessageBatchCommand"]);
  });

  it("bills one unit for each recipient", async () => {
    const own = await service.account();
    const from = { email: `a@${own.domain}` };
    await send({ from, to: readers(3), cc: readers(3) }, { token: own.token });
    expect((await service.quota.usage(own.accountId))?.used).toBe(6);
  });

  it("to many is split into jobs of fifty", async () => {
    const ids = bodyOf(await send({ to: readers(101), cc: readers(20) })).message_ids;
    const jobs = service.takeJobs();
    expect(jobs.map(({ recipients }) => recipients.length)).toEqual([50, 50, 21]);
    expect(jobs.flatMap(({ recipients }) => recipients.map(({ messageId }) => messageId))).toEqual(ids);
  });

  it("that is large travels by the bucket, in one more call", async () => {
    const text = "x".repeat(1_000_001);
    await send();
    service.takeJobs();
    service.calls.length = 0;
    await send({ text });
    const [job] = service.takeJobs();
    const key = `${account.accountId}/${job?.submissionId}/0.json`;

    expect(service.calls).toContain("PutObjectCommand");
    expect(service.calls).toHaveLength(4);
    expect(job?.content).toEqual({ stored: [key], inline: {} });
    expect(await service.stored(key)).toMatchObject({ subject: "Receipt", text });
  });

  it("keeps every character on its way, those too that a queue refuses", async () => {
    const text = "\ufffe\uffff\u0001 😀 \u2028";
    expect((await send({ text })).statusCode).toBe(200);
    expect(service.takeJobs()[0]?.content.inline.text).toBe(text);
  });

  it("mends half an emoji, as clients leave it that cut texts by length: no table would take it", async () => {
    const half = { subject: "Hi \ud83d", category: "\udc4bnews", custom_variables: { "a\ud83d": "\ud83db" } };
    expect((await send(half)).statusCode).toBe(200);
    expect(service.takeJobs()[0]).toMatchObject({
      category: "\ufffdnews",
      customVariables: { "a\ufffd": "\ufffdb" },
      content: { inline: { subject: "Hi \ufffd" } },
    });
  });
});

describe("a token", () => {
  it.each(["Bearer", "bearer", "BEARER"])("is taken from the scheme %s", async (scheme) => {
    const event = {
      ...postEvent("/api/send", undefined, email()),
      headers: { authorization: `${scheme} ${account.token}` },
    };
    expect((await service.door()(event)).statusCode).toBe(200);
  });

  it("is taken from Api-Token", async () => {
    const event = postEvent("/api/send", undefined, email(), { "api-token": account.token });
    expect((await service.door()(event)).statusCode).toBe(200);
  });

  it.each([
    {},
    { authorization: "" },
    { authorization: "Basic eDp5" },
    { authorization: "Bearer" },
    { "api-token": "x" },
  ])("is missing or wrong in %j", async (headers) => {
    const event = { ...postEvent("/api/send", undefined, email()), headers };
    expect(await errorsOf(service.door()(event))).toEqual([401, ["Unauthorized"]]);
  });

  it("of another account cannot send from this account's domain", async () => {
    const stranger = await service.account();
    expect(await errorsOf(send({}, { token: stranger.token }))).toEqual([401, ["Unauthorized"]]);
  });
});

describe("the checks come in order:", () => {
  it("the rate before the ban, the ban before the body", async () => {
    const banned = await service.account({ status: "banned", requestsPer10Seconds: 1 });
    const broken = postEvent("/api/send", banned.token, "{");
    expect(await errorsOf(service.door()(broken))).toEqual([403, ["Account is banned"]]);

    const limited = await service.door()(broken);
    expect(limited.statusCode).toBe(429);
    expect(limited.headers["retry-after"]).toBe("10");
    expect(bodyOf(limited)).toEqual({ success: false, errors: ["Rate limit exceeded"] });
  });

  it("the domain before the content", async () => {
    expect(await errorsOf(send({ from: { email: "me@stranger.example" }, subject: "" }))).toEqual([
      401,
      ["Unauthorized"],
    ]);
  });

  it("the content before the quota", async () => {
    const poor = await service.account({ monthLimit: 0 });
    const from = { email: `a@${poor.domain}` };
    expect(await errorsOf(send({ from, subject: "" }, { token: poor.token }))).toEqual([
      400,
      ["'subject' is required"],
    ]);
    expect(await errorsOf(send({ from }, { token: poor.token }))).toEqual([
      403,
      ["Monthly messages limit reached"],
    ]);
  });
});

describe("a domain", () => {
  it("is the account's in any spelling, but only itself", async () => {
    const { token } = await service.account({ domains: { "xn--mnchen-3ya.example": "compliant" } });
    expect((await send({ from: { email: "a@MÜNCHEN.Example" } }, { token })).statusCode).toBe(200);
    expect(await errorsOf(send({ from: { email: "a@sub.münchen.example" } }, { token }))).toEqual([
      401,
      ["Unauthorized"],
    ]);
  });

  it.each(["unverified_dns", "under_review", "suspended", "non_compliant", "demo_exhausted"] as const)(
    "that is %s does not send",
    async (status) => {
      const { token } = await service.account({
        domains: { [`${status.replace("_", "-")}.example`]: status },
      });
      const from = { email: `a@${status.replace("_", "-")}.example` };
      expect(await errorsOf(send({ from }, { token }))).toEqual([
        403,
        ["Sending from domain is not allowed"],
      ]);
    },
  );

  it("for demonstration sends a hundred emails, and no more", async () => {
    const { token } = await service.account({ domains: { "allowance.example": "demo" } });
    const email = { from: { email: "a@allowance.example" }, to: [{ email: "owner@example.net" }] };
    for (let sent = 0; sent < 100; sent += 1) expect((await send(email, { token })).statusCode).toBe(200);
    expect(await errorsOf(send(email, { token }))).toEqual([403, ["Sending from domain is not allowed"]]);
  });

  it("for demonstration sends to the owner alone", async () => {
    const { token } = await service.account({ domains: { "demo.example": "demo" } });
    const from = { email: "a@demo.example" };
    const owner = { email: "Owner@example.net" };
    expect((await send({ from, to: [owner] }, { token })).statusCode).toBe(200);
    expect(await errorsOf(send({ from, to: [owner], bcc: readers(1) }, { token }))).toEqual([
      403,
      [
        "Demo domains can only be used to send emails to account owners. You can only send testing emails to your own email address.",
      ],
    ]);
  });
});

describe("a limit", () => {
  it("of the size counts decoded bytes", async () => {
    const small = await service.account({ messageBytes: 1_000 });
    const from = { email: `a@${small.domain}` };
    const attachment = (bytes: number) => [
      { filename: "f", content: Buffer.alloc(bytes).toString("base64") },
    ];
    const post = (bytes: number) => send({ from, attachments: attachment(bytes) }, { token: small.token });
    expect((await post(900)).statusCode).toBe(200);
    expect(await errorsOf(post(990))).toEqual([413, ["Error: message too big"]]);
  });

  it("of the day is named as such, and nothing over it is billed or queued", async () => {
    const free = await service.account({ dayLimit: 2 });
    const from = { email: `a@${free.domain}` };
    expect(await errorsOf(send({ from, to: readers(3) }, { token: free.token }))).toEqual([
      403,
      ["Your account has reached its daily sending limit."],
    ]);
    expect((await service.quota.usage(free.accountId))?.used).toBe(0);
    expect(service.takeJobs()).toEqual([]);
  });
});

describe("a call that is none", () => {
  it.each([
    ["GET", "/api/send"],
    ["POST", "/api/sent"],
    ["POST", "/"],
    ["DELETE", "/api/batch"],
    ["POST", "/api/send/"],
  ])("%s %s is not found, in the API's own form", async (method, path) => {
    const event = {
      ...postEvent(path, account.token, email()),
      requestContext: { http: { method, sourceIp: "" } },
    };
    const answer = await service.door()(event);
    expect(answer).toMatchObject({
      statusCode: 404,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: '{"success":false,"errors":["Not Found"]}',
    });
  });
});
