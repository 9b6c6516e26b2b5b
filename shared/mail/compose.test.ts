import fc from "fast-check";
import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { compose } from "./compose.ts";
import { isFieldName } from "./header-field.ts";
import type { Letter } from "./letter.ts";

const letter: Letter = {
  from: { email: "shop@example.com", name: "Der Lädchen" },
  to: [{ email: "anna@example.org", name: 'Anna "A." Öst' }, { email: "ben@example.org" }],
  cc: [{ email: "carl@example.org" }],
  subject: "Grüße aus Köln",
  text: "Hällo",
  html: "<p>Hällo</p>",
  headers: {},
  attachments: [],
  serviceHeaders: {},
  messageId: "<0190@example.com>",
  date: Date.UTC(2026, 0, 31, 12, 0, 5),
};

async function written(change: Partial<Letter> = {}) {
  const raw = (await compose({ ...letter, ...change })).toString("latin1");
  return { raw, head: raw.slice(0, raw.indexOf("\r\n\r\n")), mail: await simpleParser(raw) };
}

function fieldNames(head: string): string[] {
  return head
    .replace(/\r\n[ \t]/g, " ")
    .split("\r\n")
    .map((line) => line.slice(0, line.indexOf(":")));
}

describe("a composed email", () => {
  it("reads back as it was meant, names and all", async () => {
    const { mail } = await written({ replyTo: { email: "help@example.com" } });

    expect(mail.from?.value).toEqual([{ address: "shop@example.com", name: "Der Lädchen" }]);
    expect([mail.to].flat()[0]?.value.map(({ name, address }) => [name, address])).toEqual([
      ['Anna "A." Öst', "anna@example.org"],
      ["", "ben@example.org"],
    ]);
    expect([mail.cc].flat()[0]?.value[0]?.address).toBe("carl@example.org");
    expect(mail.replyTo?.value[0]?.address).toBe("help@example.com");
    expect(mail.subject).toBe("Grüße aus Köln");
    expect(mail.text?.trim()).toBe("Hällo");
    expect(mail.html).toBe("<p>Hällo</p>");
    expect(mail.messageId).toBe("<0190@example.com>");
    expect(mail.date).toEqual(new Date(Date.UTC(2026, 0, 31, 12, 0, 5)));
  });

  it("is quoted-printable, in seven bits and short lines, whatever the text", async () => {
    const { raw } = await written({ text: `plain ${"x".repeat(5000)}`, html: "<p>ascii</p>" });

    expect(raw.match(/Content-Transfer-Encoding: quoted-printable/g)).toHaveLength(2);
    expect(raw.replaceAll("\r\n", "")).toMatch(/^[\t -~]*$/);
    expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  // A lone CR or LF ends a line for some servers and not for others: what follows can smuggle a second email in.
  it.each(["\r", "\n", "\r\n"])("ends lines with CR and LF, not with the text's own %j", async (end) => {
    const lines = ["one", ".", "MAIL FROM:<a@example.org>", "", "last"];
    const { raw, mail } = await written({ text: lines.join(end), html: lines.join(end) });

    expect(raw.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(mail.text?.trimEnd().split("\n")).toEqual(lines);
  });

  it("holds inline images beside the HTML that shows them, and attachments under their own names", async () => {
    const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]);
    const { raw, mail } = await written({
      html: '<img src="cid:logo">',
      attachments: [
        {
          filename: "logo.png",
          content: image.toString("base64"),
          type: "image/png",
          disposition: "inline",
          contentId: "logo",
        },
        { filename: "Rechnung März.pdf", content: "JVBERg==", disposition: "attachment" },
      ],
    });

    expect(raw).toContain("multipart/related");
    const [logo, invoice] = mail.attachments;
    expect(logo).toMatchObject({ cid: "logo", contentType: "image/png", contentDisposition: "inline" });
    expect(logo?.content).toEqual(image);
    expect(invoice).toMatchObject({ filename: "Rechnung März.pdf", contentDisposition: "attachment" });
    expect(invoice?.content.toString()).toBe("%PDF");
  });

  it("carries an attached email as bytes, so that its parts stay its own", async () => {
    const inner = "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ninner\r\n--x--\r\n";
    const { mail } = await written({
      attachments: ["message/rfc822", "multipart/mixed", 'text/html"\r\nX-Evil: 1'].map((type) => ({
        filename: "mail.bin",
        content: Buffer.from(inner).toString("base64"),
        type,
        disposition: "attachment" as const,
      })),
    });

    expect(mail.attachments.map(({ contentType }) => contentType)).toEqual(
      Array(3).fill("application/octet-stream"),
    );
    expect(mail.attachments.every(({ content }) => content.toString() === inner)).toBe(true);
  });

  it("shows no recipient where all are blind copies", async () => {
    const { head } = await written({ to: [], cc: [] });

    expect(head).toContain("To: Undisclosed recipients:;");
    expect(fieldNames(head)).not.toContain("Bcc");
  });

  it("keeps the customer's fields but not those that are the service's", async () => {
    const { mail, head } = await written({
      headers: { "x-ORDER": "42", "Feedback-Id": "mine", bcc: "spy@example.org", "message-id": "<x@y>" },
      serviceHeaders: { "Feedback-ID": "ours" },
    });

    expect(head).toMatch(/^x-ORDER: 42$/m);
    expect(mail.headers.get("feedback-id")).toBe("ours");
    expect(fieldNames(head).map((name) => name.toLowerCase())).not.toContain("bcc");
    expect(head.match(/^message-id:/gim)).toHaveLength(1);
  });

  it("takes fields named key and value for what they are", async () => {
    const { head } = await written({ headers: { key: "X-SES-CONFIGURATION-SET", value: "theirs" } });

    expect(fieldNames(head)).toEqual(expect.arrayContaining(["key", "value"]));
    expect(fieldNames(head)).not.toContain("X-SES-CONFIGURATION-SET");
  });

  it("folds what is long, and encodes a word that no line can hold", async () => {
    const word = "w".repeat(3000);
    const { head, mail } = await written({ subject: word, headers: { "X-Long": `a ${word} b` } });

    expect(Math.max(...head.split("\r\n").map((line) => line.length))).toBeLessThan(998);
    expect(mail.subject).toBe(word);
    expect(head).toMatch(/^X-Long: =\?UTF-8\?B\?/m);
  });

  it("shows a subject that looks like encoded words as it was written", async () => {
    const subject = "=?utf-8?q?Hello=0D=0ABcc:_x@example.org?= and =?utf-8?b?aGk=?=";
    const { head, mail } = await written({ subject });

    expect(mail.subject).toBe(subject);
    expect(head).not.toContain("=0D=0A");
  });

  it("never gets a field from content, whatever control characters are tried", async () => {
    const known = new Set(fieldNames((await written({ headers: { "X-A": "a" } })).head));
    const hostile = fc
      .array(
        fc.constantFrom(
          "\r\n",
          "\r",
          "\n",
          "\0",
          "X-Evil: 1",
          "Bcc: a@b.c",
          "\u2028",
          "ü",
          " ",
          ":",
          "<",
          ">",
          '"',
        ),
      )
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (text, other) => {
        const { head } = await written({
          subject: text,
          from: { email: "shop@example.com", name: other },
          to: [{ email: "anna@example.org", name: text }],
          headers: { "X-A": other, [text]: "a", "X-B\r\nX-Evil": "b" },
          attachments: [
            { filename: text, content: "", type: other, disposition: "inline", contentId: other },
          ],
        });
        const wanted = isFieldName(text) ? [...known, text] : [...known];
        expect(wanted).toEqual(expect.arrayContaining(fieldNames(head)));
      }),
      { numRuns: 150 },
    );
  });
});
