import { describe, expect, it } from "vitest";
import { contentOf, draftOf, draftOver } from "./email.ts";
import { readFields } from "./email-fields.ts";

const sound = {
  from: { email: "billing@till.example", name: "Billing desk" },
  to: [{ email: "reader@example.net" }],
  subject: "Receipt",
  text: "Paid.",
};

function draft(changes: object) {
  return draftOf(readFields({ ...sound, ...changes }));
}

function problems(changes: object): readonly string[] {
  return draft(changes).problems;
}

describe("an email", () => {
  it("with from, one recipient, subject and text is sound", () => {
    expect(draft({})).toMatchObject({
      senderDomain: "till.example",
      recipients: [{ email: "reader@example.net", kind: "to" }],
      problems: [],
    });
  });

  it("lacking everything names what it lacks in the documented order", () => {
    expect(draftOf(readFields({})).problems).toEqual([
      "'from' is required",
      "'to', 'cc' or 'bcc' address is required",
      "'subject' is required",
      "must specify either text or html body",
    ]);
  });

  it.each([undefined, null, "", { email: "" }, {}, { email: null, name: "x" }])(
    "treats %j as no sender",
    (from) => {
      expect(problems({ from })).toEqual(["'from' is required"]);
    },
  );

  it("treats empty texts as absent", () => {
    expect(problems({ subject: "", text: "", html: "", category: "", template_uuid: "" })).toEqual([
      "'subject' is required",
      "must specify either text or html body",
    ]);
  });

  it("needs a recipient in any one of the three lists", () => {
    expect(problems({ to: [], cc: [{ email: "c@example.net" }] })).toEqual([]);
    expect(problems({ to: null, bcc: [{ email: "b@example.net" }] })).toEqual([]);
    expect(problems({ to: [], cc: [], bcc: [] })).toEqual(["'to', 'cc' or 'bcc' address is required"]);
  });

  it("has its recipients in the order to, cc, bcc, and bcc nowhere in its content", () => {
    const { recipients, email } = draft({
      bcc: [{ email: "b@example.net" }],
      cc: [{ email: "c@example.net" }],
      to: [{ email: "t1@example.net" }, { email: "t2@example.net" }],
    });
    expect(recipients.map(({ email: address, kind }) => `${kind} ${address}`)).toEqual([
      "to t1@example.net",
      "to t2@example.net",
      "cc c@example.net",
      "bcc b@example.net",
    ]);
    expect(JSON.stringify(email)).not.toContain("b@example.net");
  });

  it("takes the first reply_to of a list and none of an empty one", () => {
    const first = draft({ reply_to: [{ email: "r1@example.net" }, { email: "r2@example.net" }] });
    expect(first.email.own.replyTo).toEqual({ email: "r1@example.net", name: undefined });
    expect(draft({ reply_to: [] }).email.own.replyTo).toBeUndefined();
    expect(draft({ reply_to: { email: "" } }).problems).toEqual([]);
  });

  it("ignores fields that it does not know", () => {
    expect(problems({ sandbox: true, __proto__: { x: 1 }, constructor: "x" })).toEqual([]);
  });

  it("travels with its domains in A-labels", () => {
    expect(draft({ from: { email: "a@MÜNCHEN.example" } })).toMatchObject({
      senderDomain: "xn--mnchen-3ya.example",
      email: { own: { from: { email: "a@xn--mnchen-3ya.example" } } },
    });
  });

  it("is as large as its fields and its decoded attachments", () => {
    const small = draft({}).bytes;
    expect(draft({ text: "Paid.é" }).bytes - small).toBe(2);
    expect(draft({ attachments: [{ content: "c2VhbA==", filename: "seal" }] }).bytes - small).toBe(8);
    expect(draft({ headers: { "X-A": "four" } }).bytes - small).toBe(7);
  });

  it("names at most twenty mistakes", () => {
    const headers = Object.fromEntries(Array.from({ length: 100 }, (_, place) => [`X-${place}`, place]));
    expect(problems({ headers })).toHaveLength(20);
  });
});

describe("a template", () => {
  const template_uuid = "b81aabcd-1a1e-41cf-91b6-eca0254b3d96";

  it("stands instead of subject, text, html and category", () => {
    expect(problems({ template_uuid, html: "<p>", category: "c" })).toEqual([
      "'subject' is not allowed with 'template_uuid'",
      "'text' is not allowed with 'template_uuid'",
      "'html' is not allowed with 'template_uuid'",
      "'category' is not allowed with 'template_uuid'",
    ]);
  });

  it("that nobody knows is an error only where all else is right", () => {
    const { subject, text, ...addressed } = sound;
    expect(draftOf(readFields({ ...addressed, template_uuid })).problems).toEqual([
      "'template_uuid' is unknown",
    ]);
    expect(draftOf(readFields({ template_uuid, to: sound.to })).problems).toEqual(["'from' is required"]);
  });
});

const tooLong = "x".repeat(1_000);

const refusals: [changes: object, problem: string][] = [
  [{ from: "a@till.example" }, "'from' address is invalid"],
  [{ from: ["a@till.example"] }, "'from' is required"],
  [{ from: { email: 7 } }, "'from' address is invalid"],
  [{ from: { email: "a b@till.example" } }, "'from' address is invalid"],
  [{ from: { email: "jörg@till.example" } }, "'from' address must not have non-ASCII characters before '@'"],
  [{ from: { email: "a@till.example", name: 7 } }, "'from' name must be a string"],
  [{ from: { email: "a@till.example", name: tooLong } }, "'from' name must not exceed 255 characters"],
  [
    { from: { email: "a@till.example", name: "A\r\nBcc: x@example.net" } },
    "'from' name must not contain line breaks or other control characters",
  ],
  [{ to: "a@example.net" }, "'to' must be an array"],
  [{ to: { email: "a@example.net" } }, "'to' must be an array"],
  [{ to: ["a@example.net"] }, "'to' address is invalid"],
  [{ to: [{ email: "" }] }, "'to' address is invalid"],
  [{ to: [null] }, "'to' address is invalid"],
  [{ cc: [{ email: "a@example.net\nb" }] }, "'cc' address is invalid"],
  [{ bcc: [{ email: "a@b" }, { email: "c@d" }] }, "'bcc' address is invalid"],
  [{ bcc: Array(1_001).fill({ email: "a@example.net" }) }, "'bcc' must not exceed 1000 addresses"],
  [{ reply_to: { email: "nobody" } }, "'reply_to' address is invalid"],
  [{ subject: 7 }, "'subject' must be a string"],
  [{ subject: tooLong }, "'subject' must not exceed 998 characters"],
  [{ subject: "a\nb" }, "'subject' must not contain line breaks or other control characters"],
  [{ text: ["a"] }, "'text' must be a string"],
  [{ html: {} }, "'html' must be a string"],
  [{ category: "c".repeat(256) }, "'category' must not exceed 255 characters"],
  [{ category: "c\0" }, "'category' must not contain line breaks or other control characters"],
  [{ custom_variables: "a=b" }, "'custom_variables' must be an object"],
  [{ custom_variables: { a: "x".repeat(993) } }, "'custom_variables' must not exceed 1000 bytes"],
  [{ custom_variables: { a: {} } }, "'custom_variables' values must be strings, numbers or booleans"],
  [{ headers: [] }, "'headers' must be an object"],
  [{ headers: { "X A": "b" } }, "'headers' name is invalid"],
  [{ headers: { "reply-to": "b" } }, "'headers' must not contain 'reply-to'"],
  [{ headers: { "X-SES-MESSAGE-TAGS": "b" } }, "'headers' must not contain 'X-SES-MESSAGE-TAGS'"],
  [{ headers: { "X-A": 7 } }, "'headers' value of 'X-A' must be a string"],
  [
    { headers: { "X-A": "b\r\nBcc: c@example.net" } },
    "'headers' value of 'X-A' must not contain line breaks or other control characters",
  ],
  [{ headers: { "X-A": "word ".repeat(1_601) } }, "'headers' value of 'X-A' must not exceed 8000 characters"],
  [{ headers: { "X-A": tooLong } }, "'headers' value of 'X-A' has a word that is too long for a line"],
  [{ attachments: {} }, "'attachments' must be an array"],
  [{ attachments: ["a"] }, "'attachments' must be an array of objects"],
  [{ attachments: Array(1_001).fill({}) }, "'attachments' must not exceed 1000 files"],
  [{ attachments: [{ filename: "a" }] }, "'attachments' content is required"],
  [{ attachments: [{ content: "", filename: "a" }] }, "'attachments' content is required"],
  [{ attachments: [{ content: "aaaa" }] }, "'attachments' filename is required"],
  [{ attachments: [{ content: 7, filename: "a" }] }, "'attachments' content must be a string"],
  [{ attachments: [{ content: "a*aa", filename: "a" }] }, "'attachments' content is not valid base64"],
  [{ attachments: [{ content: "aaaaa", filename: "a" }] }, "'attachments' content is not valid base64"],
  [{ attachments: [{ content: "aa=a", filename: "a" }] }, "'attachments' content is not valid base64"],
  [
    { attachments: [{ content: "aaaa", filename: "a\r\nb" }] },
    "'attachments' filename must not contain line breaks or other control characters",
  ],
  [
    { attachments: [{ content: "aaaa", filename: "a", disposition: "form-data" }] },
    "'attachments' disposition must be 'attachment' or 'inline'",
  ],
  [
    { attachments: [{ content: "aaaa", filename: "a", content_id: "<seal>" }] },
    "'attachments' content_id must be printable ASCII without spaces or brackets",
  ],
  [
    { attachments: [{ content: "aaaa", filename: "a", type: "text" }] },
    "'attachments' type is not a MIME type",
  ],
  [
    { attachments: [{ content: "aaaa", filename: "a", type: "text/plain\r\nX: y" }] },
    "'attachments' type is not a MIME type",
  ],
  [
    { attachments: [{ content: "aaaa", filename: "a", type: "multipart/mixed" }] },
    "'attachments' type is not a MIME type",
  ],
  [{ template_uuid: 7 }, "'template_uuid' must be a string"],
  [{ template_variables: [1] }, "'template_variables' must be an object"],
];

describe("a field", () => {
  it.each(refusals.map(([changes, problem]) => ({ changes, problem })))(
    "is refused: $problem",
    ({ changes, problem }) => {
      expect(problems(changes)).toContain(problem);
    },
  );

  it("that is refused is not in the content", () => {
    expect(contentOf(readFields({ ...sound, subject: "a\nb" }))).not.toHaveProperty("subject");
  });

  it("category may have 255 characters of any script", () => {
    expect(problems({ category: "😀".repeat(255) })).toEqual([]);
    expect(problems({ category: "😀".repeat(256) })).toEqual(["'category' must not exceed 255 characters"]);
  });

  it("custom_variables keeps numbers and booleans as texts and the first of a list", () => {
    const { email } = draft({
      custom_variables: { n: 2, b: false, s: "x", l: ["first", "second"], nil: null },
    });
    expect(email.customVariables).toEqual({ n: "2", b: "false", s: "x", l: "first" });
  });

  it("custom_variables may have 1000 bytes as JSON", () => {
    expect(problems({ custom_variables: { a: "x".repeat(992) } })).toEqual([]);
  });

  it("custom_variables and headers take no name that a later reader would lose", () => {
    expect(problems(JSON.parse('{"custom_variables":{"__proto__":"x"}}'))).toHaveLength(1);
    expect(problems(JSON.parse('{"headers":{"__proto__":"x"}}'))).toHaveLength(1);
  });

  it("Content-Transfer-Encoding among the headers is ignored", () => {
    const { email, problems: none } = draft({ headers: { "content-transfer-encoding": "8bit", "X-A": "b" } });
    expect(none).toEqual([]);
    expect(email.own.headers).toEqual({ "X-A": "b" });
  });

  it("attachments is normalized: line breaks out of base64, disposition set, type in its usual form", () => {
    const { email } = draft({
      attachments: [
        { content: "c2Vh\r\nbA==", filename: "s", type: "TEXT/Plain; Charset=UTF-8", content_id: "c" },
      ],
    });
    expect(email.own.attachments).toEqual([
      {
        filename: "s",
        content: "c2VhbA==",
        type: "text/plain;charset=UTF-8",
        disposition: "attachment",
        contentId: "c",
      },
    ]);
  });

  it("text may hold what a header may not", () => {
    expect(problems({ text: "a\r\nb\0c" })).toEqual([]);
  });
});

describe("an item of a batch", () => {
  const base = readFields({
    from: sound.from,
    subject: "Base",
    headers: { "X-A": "1", "X-B": "2" },
    text: "T",
  });
  const shared = contentOf(base);

  it("inherits what it lacks, key by key", () => {
    const item = draftOver(
      base,
      shared,
      readFields({ to: sound.to, subject: "Own", headers: { "X-A": "3" } }),
    );
    expect(item.problems).toEqual([]);
    expect({ ...item.email.shared, ...item.email.own }).toMatchObject({
      from: sound.from,
      subject: "Own",
      text: "T",
      headers: { "X-A": "3" },
    });
  });

  it("inherits too where it writes the empty text, or a sender without an address", () => {
    const item = draftOver(
      base,
      shared,
      readFields({ to: sound.to, subject: "", from: { email: "" }, text: null }),
    );
    expect(item.problems).toEqual([]);
    expect({ ...item.email.shared, ...item.email.own }).toMatchObject({ subject: "Base", from: sound.from });
  });

  it("shares the base's content as one object", () => {
    expect(draftOver(base, shared, readFields({ to: sound.to })).email.shared).toBe(shared);
  });

  it("mends a mistake of the base by its own field, or else has it", () => {
    const wrong = readFields({ from: sound.from, subject: 7, text: "T" });
    expect(draftOver(wrong, {}, readFields({ to: sound.to })).problems).toEqual([
      "'subject' must be a string",
    ]);
    expect(draftOver(wrong, {}, readFields({ to: sound.to, subject: "Own" })).problems).toEqual([]);
  });
});
