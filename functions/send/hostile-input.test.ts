import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FieldsJob } from "../../shared/contracts/delivery-job.ts";
import type { HttpEvent } from "../../shared/platform/http.ts";
import { bodyOf, postEvent, type SendService, startSendService } from "../../test/support/send-service.ts";
import { settableClock } from "../../test/support/test-table.ts";

let service: SendService;
let account: Awaited<ReturnType<SendService["account"]>>;

beforeAll(async () => {
  service = await startSendService(settableClock(Date.UTC(2026, 0, 31, 12)));
  account = await service.account({ monthLimit: 1_000_000_000, dayLimit: 1_000_000_000 });
});
beforeEach(() => void service.takeJobs());
afterAll(() => service.stop());

function sound() {
  return {
    from: { email: `a@${account.domain}` },
    to: [{ email: "reader@example.net" }],
    subject: "S",
    text: "T",
  };
}

/** Posts a body as it is and expects the API's own form, whatever the status, and never a 500. */
async function post(body: string | object, path = "/api/send", changes: Partial<HttpEvent> = {}) {
  const answer = await service.door()({ ...postEvent(path, account.token, body), ...changes });
  const answered = bodyOf(answer);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(answered.success).toBe(answer.statusCode === 200);
  expect([200, 400, 401, 403, 413]).toContain(answer.statusCode);
  if (!answered.success) expect(answered.errors?.every((error) => error.length > 0)).toBe(true);
  return { status: answer.statusCode, ...answered };
}

const notJson = { status: 400, success: false, errors: ["request body is not valid JSON"] };
const notAnObject = { status: 400, success: false, errors: ["request body must be a JSON object"] };

describe("a body", () => {
  it.each(["", " ", "{", '{"from":}', "{'a':1}", "\0", "NaN", '{"a":1}{"b":2}', "from=a&to=b"])(
    "%j is not JSON",
    async (body) => expect(await post(body)).toEqual(notJson),
  );

  it.each(["null", "true", "7", '"text"', "[]", "[[[]]]"])("%s is no object", async (body) => {
    expect(await post(body)).toEqual(notAnObject);
    expect(await post(body, "/api/batch")).toEqual(notAnObject);
  });

  it("that is missing is not JSON", async () => {
    expect(await post("", "/api/send", { body: undefined })).toEqual(notJson);
  });

  it("in invalid UTF-8 is not JSON", async () => {
    const bytes = Buffer.concat([Buffer.from('{"subject":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(await post("", "/api/send", { body: bytes.toString("base64"), isBase64Encoded: true })).toEqual(
      notJson,
    );
  });

  it("in base64, with a byte order mark, or of whatever content type is read as it is", async () => {
    const json = JSON.stringify(sound());
    const base64 = Buffer.from(json).toString("base64");
    expect(await post("", "/api/send", { body: base64, isBase64Encoded: true })).toMatchObject({
      status: 200,
    });
    expect(await post(`\ufeff${json}`)).toMatchObject({ status: 200 });
    const headers = { authorization: `Bearer ${account.token}`, "content-type": "text/xml" };
    expect(await post(json, "/api/send", { headers })).toMatchObject({ status: 200 });
  });

  const depth = 100_000;
  const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const deepObject = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

  it.each([
    "from",
    "to",
    "subject",
    "text",
    "custom_variables",
    "headers",
    "attachments",
    "template_variables",
    "x",
  ])("nested 100,000 deep in %s is answered", async (field) => {
    for (const value of [deep, deepObject]) {
      await post(JSON.stringify({ ...sound(), [field]: 0 }).replace(`"${field}":0`, `"${field}":${value}`));
    }
  });

  it("nested 100,000 deep as a whole is answered", async () => {
    expect(await post(deep)).toEqual(notAnObject);
    expect((await post(deepObject)).status).toBe(400);
    expect((await post(`{"requests":[${deepObject}],"base":${deepObject}}`, "/api/batch")).status).toBe(200);
  });

  it("with a key twice counts the last", async () => {
    const json = JSON.stringify(sound()).replace("{", '{"subject":7,');
    expect((await post(json)).status).toBe(200);
  });

  it("with keys of the prototype changes nothing", async () => {
    const json = JSON.stringify(sound()).replace(
      "{",
      '{"__proto__":{"subject":7},"constructor":{},"toString":1,',
    );
    expect((await post(json)).status).toBe(200);
    expect((await post('{"__proto__":{"requests":[{}]}}', "/api/batch")).errors).toEqual([
      "empty field: 'requests'",
    ]);
  });

  const huge = "x".repeat(6_000_000);

  it.each<[string, object]>([
    ["from's email", { from: { email: `${huge}@example.net` } }],
    ["from's name", { from: { email: "a@example.net", name: huge } }],
    ["a recipient", { to: [{ email: huge }] }],
    ["subject", { subject: huge }],
    ["category", { category: huge }],
    ["a variable", { custom_variables: { a: huge } }],
    ["a header's name", { headers: { [huge]: "a" } }],
    ["a header's value", { headers: { "X-A": huge } }],
    ["a filename", { attachments: [{ filename: huge, content: "YQ==" }] }],
    ["a content id", { attachments: [{ filename: "a", content: "YQ==", content_id: huge }] }],
    ["a type", { attachments: [{ filename: "a", content: "YQ==", type: huge }] }],
    ["a template's id", { template_uuid: huge }],
  ])("with 6 MB for %s is refused in few words", async (_, changes) => {
    const answer = await post({ ...sound(), from: { email: `a@${account.domain}` }, ...changes });
    expect([400, 401]).toContain(answer.status);
    expect(JSON.stringify(answer).length).toBeLessThan(500);
  });

  it("with a million of anything is refused in few words", async () => {
    const million = Array(1_000_000).fill(1);
    for (const field of ["to", "attachments", "headers", "custom_variables", "reply_to"]) {
      expect(JSON.stringify(await post({ ...sound(), [field]: million })).length).toBeLessThan(500);
    }
    const headers = Object.fromEntries(million.map((value, place) => [`h${place}`, value]));
    expect((await post({ ...sound(), headers })).errors).toEqual(["'headers' must not exceed 100 fields"]);
  });

  it("of many mistakes in every item of a batch still has an answer that fits a function's 6 MB", async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 100 }, (_, place) => [`X-${"y".repeat(60)}-${place}`, 1]),
    );
    const answer = await post({ base: { ...sound(), headers }, requests: Array(500).fill({}) }, "/api/batch");
    expect(JSON.stringify(answer).length).toBeLessThan(5_000_000);
  });
});

// Values that have broken mail systems, beside whatever the library thinks of.
const nasty = fc.constantFrom(
  ..."\r\n\0\u0001\u001b\u007f\u0085\u2028\ud800\udfff\ufffe",
  "\r\nBcc: victim@example.org\r\n\r\nbody",
  "=?utf-8?q?=0D=0ABcc:_x@example.org?=",
  '"a@b.example" <c@d.example>',
  "victim@example.org, other@example.org",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "{{constructor}}",
);
const text = fc.oneof(
  nasty,
  fc.string({ unit: "binary" }),
  fc.tuple(fc.string(), nasty, fc.string()).map((parts) => parts.join("")),
);
const anything = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.constant(null), fc.double(), fc.boolean());
const address = fc.oneof(
  fc.record({ email: fc.oneof(text, fc.emailAddress(), anything), name: anything }, { requiredKeys: [] }),
  anything,
);
const addresses = fc.oneof(fc.array(address, { maxLength: 4 }), anything);
const attachment = fc.oneof(
  fc.record(
    {
      content: fc.oneof(fc.base64String(), anything),
      filename: anything,
      type: fc.oneof(fc.constant("text/plain"), fc.constant('text/plain; name="a\r\nX: y"'), anything),
      disposition: fc.oneof(fc.constantFrom("inline", "attachment"), anything),
      content_id: anything,
    },
    { requiredKeys: [] },
  ),
  anything,
);
const hostileFields = fc.record(
  {
    from: address,
    to: addresses,
    cc: addresses,
    bcc: addresses,
    reply_to: fc.oneof(address, addresses),
    subject: anything,
    text: anything,
    html: anything,
    category: anything,
    custom_variables: fc.oneof(fc.dictionary(text, anything), anything),
    headers: fc.oneof(
      fc.dictionary(text, text),
      fc.dictionary(fc.constantFrom("X-A", "X-SES-Tags", "to"), anything),
      anything,
    ),
    attachments: fc.oneof(fc.array(attachment, { maxLength: 3 }), anything),
    template_uuid: anything,
    template_variables: anything,
    unknown: anything,
  },
  { requiredKeys: [] },
);

/** A sound email with some fields replaced by hostile ones: few, so that many get past the first checks. */
const hostileEmail = fc.tuple(hostileFields, fc.infiniteStream(fc.nat({ max: 4 }))).map(([fields, dice]) => {
  const chosen = Object.entries(fields).filter(() => dice.next().value === 0);
  return { ...sound(), ...Object.fromEntries(chosen) };
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Everything of a job that becomes a header field or an argument of a mail command. */
function headerTexts({ content: { inline }, recipients, category = "" }: FieldsJob): string[] {
  const mailboxes = [inline.from, ...(inline.to ?? []), ...(inline.cc ?? []), inline.replyTo];
  return [
    ...mailboxes.flatMap((mailbox) => [mailbox?.email ?? "", mailbox?.name ?? ""]),
    ...recipients.map(({ email }) => email),
    inline.subject ?? "",
    category,
    ...Object.entries(inline.headers ?? {}).flat(),
    ...(inline.attachments ?? []).flatMap((file) => [file.filename, file.type ?? "", file.contentId ?? ""]),
  ];
}

describe("whatever a client sends", () => {
  it("is answered in the API's form, and what is accepted can start no second header", async () => {
    let acceptedOnes = 0;
    await fc.assert(
      fc.asyncProperty(hostileEmail, async (email) => {
        const { status } = await post(email);
        const jobs = service.takeJobs();
        if (status === 200) acceptedOnes += 1;
        expect(jobs.length > 0).toBe(status === 200);
        for (const value of jobs.flatMap(headerTexts)) expect(value).not.toMatch(control);
      }),
      { numRuns: 400 },
    );
    expect(acceptedOnes).toBeGreaterThan(40);
  });

  it("in a batch is answered item by item", async () => {
    const batches = fc.record(
      {
        base: fc.oneof(hostileFields, anything),
        requests: fc.oneof(fc.array(hostileEmail, { maxLength: 5 }), anything),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const { status, responses } = await post(batch, "/api/batch");
        if (status === 200) expect(responses).toHaveLength((batch.requests as unknown[]).length);
      }),
      { numRuns: 200 },
    );
  });

  it("as raw bytes is answered", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, isBase64Encoded) => {
        const body = Buffer.from(bytes).toString(isBase64Encoded ? "base64" : "latin1");
        await post("", "/api/send", { body, isBase64Encoded });
      }),
      { numRuns: 200 },
    );
  });
});
