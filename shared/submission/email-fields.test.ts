import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { draft, problems, sound } from "../../test/support/sound-email.ts";
import { contentOf } from "./email.ts";
import { readFields } from "./email-fields.ts";

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

  it("is refused in words that the documentation lists", () => {
    const documentation = readFileSync(new URL("../../docs/errors-of-sending.md", import.meta.url), "utf8");
    const wordings = refusals.map(([, problem]) => /(must|is|has) [^']*/.exec(problem)?.[0] ?? problem);
    expect(wordings.filter((wording) => !documentation.includes(wording))).toEqual([]);
  });

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

  it("attachments have one name, that of the file", () => {
    const attachments = [{ content: "c2VhbA==", filename: "a.txt", type: 'text/plain; name="b.exe"; a=b' }];
    expect(draft({ attachments }).email.own.attachments?.[0]?.type).toBe("text/plain;a=b");
  });

  it("text may hold what a header may not", () => {
    expect(problems({ text: "a\r\nb\0c" })).toEqual([]);
  });
});
