import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openMessage } from "./raw-head.ts";

async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function open(text: string, size = 10_000) {
  const { fields, head, rest } = await openMessage(pieces(text, size));
  const following: Buffer[] = [];
  for await (const piece of rest) following.push(piece);
  return { fields, head: head.toString(), rest: Buffer.concat(following).toString() };
}

const message = "From: a@b.example\r\nSubject: one\r\n two\r\n\r\nBody\r\n\r\nmore\r\n";

describe("a raw message", () => {
  it("is divided at its first empty line, however the network cuts it", async () => {
    for (let size = 1; size <= message.length; size++) {
      expect(await open(message, size)).toEqual({
        fields: [
          { name: "from", value: "a@b.example" },
          { name: "subject", value: "one two" },
        ],
        head: "From: a@b.example\r\nSubject: one\r\n two\r\n",
        rest: "\r\nBody\r\n\r\nmore\r\n",
      });
    }
  });

  it("is kept byte by byte where nothing is to be taken out", async () => {
    const field = fc.stringMatching(/^[A-Z][a-z]{0,8}:[ -~]{0,30}(\r\n [ -~]{0,9}){0,2}$/);
    const body = fc.string().map((text) => text.replace(/[\r\n]/g, ""));
    await fc.assert(
      fc.asyncProperty(
        fc.array(field, { minLength: 1 }),
        body,
        fc.integer({ min: 1, max: 50 }),
        async (lines, text, size) => {
          const whole = `${lines.map((line) => `${line}\r\n`).join("")}\r\n${text}`;
          const { head, rest } = await open(whole, size);
          fc.pre(!/^(Bcc|Resent)/m.test(whole));
          expect(head + rest).toBe(whole);
        },
      ),
    );
  });

  it.each([
    "Bcc",
    "bcC",
    "Resent-Bcc",
    "Return-Path",
    "X-MT-Category",
    "x-mt-custom-variables",
    "X-SES-Configuration-Set",
    "Bcc ",
  ])("loses %s, with the lines that it goes on in", async (name) => {
    const { head } = await open(`A: 1\r\n${name}: x@y.example,\r\n z@y.example\r\nB:2\r\n\r\n`);
    expect(head).toBe("A: 1\r\nB:2\r\n");
  });

  it("may have no body, and no field", async () => {
    expect(await open("A: 1\r\n")).toMatchObject({ head: "A: 1\r\n", rest: "" });
    expect(await open("\r\nBody")).toMatchObject({ fields: [], head: "", rest: "\r\nBody" });
    expect(await open("")).toMatchObject({ fields: [], head: "", rest: "" });
  });

  it.each(["Hello\r\n\r\n", "A: 1\r\nnot a field\r\n\r\n", " A: 1\r\n\r\n", ": 1\r\n\r\n", "Ä: 1\r\n\r\n"])(
    "%j has a line that is no field, and is refused",
    async (text) => {
      await expect(open(text)).rejects.toMatchObject({
        messages: ["message has a line in its header that is no field"],
      });
    },
  );

  it("may not have a header without end", async () => {
    const long = `A: ${"x".repeat(1_000)}\r\n`.repeat(300);
    const tooLarge = { messages: ["message has a header larger than 262144 bytes"] };
    await expect(open(`${long}\r\n`, 65_536)).rejects.toMatchObject(tooLarge);
    await expect(open(`${long}\r\n`, 1_000_000)).rejects.toMatchObject(tooLarge);
  });

  it("is read as UTF-8, whatever the client declared", async () => {
    const { fields } = await open("Subject: Grüße\r\n\r\n", 1);
    expect(fields).toEqual([{ name: "subject", value: "Grüße" }]);
  });
});
