import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { chunksOf, isInMemory, type Mime } from "../mail/mime.ts";
import { letterWriter, type PlainLetter } from "./letter-writer.ts";

const letter: PlainLetter = {
  from: { email: "shop@example.com" },
  to: [{ email: "list@example.com" }],
  cc: [],
  subject: "Files",
  text: "See the files",
  html: '<img src="cid:logo">',
  headers: {},
  serviceHeaders: {},
  messageId: "<1@example.com>",
  date: 0,
};
const objects = new Map([
  ["7/a", randomBytes(2_000_000)],
  ["7/empty", Buffer.alloc(0)],
]);
let opened: string[] = [];

const contents = {
  async *read(key: string): AsyncGenerator<Uint8Array> {
    opened.push(key);
    const object = objects.get(key);
    if (!object) throw new Error("NoSuchKey");
    for (let at = 0; at < object.length; at += 70_001) yield object.subarray(at, at + 70_001);
  },
};

const stored = (key: string, filename: string) => ({
  filename,
  disposition: "attachment" as const,
  stored: key,
  bytes: objects.get(key)?.length ?? 0,
});
const logo = {
  filename: "logo.png",
  disposition: "inline" as const,
  contentId: "logo",
  type: "image/png",
  content: Buffer.from("logo").toString("base64"),
};

async function bytesOf(mime: Mime): Promise<Buffer> {
  return isInMemory(mime) ? mime : await buffer(chunksOf([mime.head, ...mime.body]));
}

describe("a letter with stored attachments", () => {
  it("is the same as one that has them with it, and its files are read once for all letters", async () => {
    opened = [];
    const files = [stored("7/a", "a.bin"), logo, stored("7/empty", "empty.bin"), stored("7/a", "again.bin")];
    const writer = letterWriter(contents, files, 4_000_000);
    const [first, second] = await Promise.all([
      writer.write(letter),
      writer.write({ ...letter, text: "Two" }),
    ]);
    const written = await simpleParser(await bytesOf(first as Mime));

    expect(isInMemory(first as Mime)).toBe(false);
    expect(opened).toEqual(["7/a", "7/empty", "7/a"]);
    expect(
      Object.fromEntries(written.attachments.map(({ filename = "", content }) => [filename, content])),
    ).toEqual({
      "a.bin": objects.get("7/a"),
      "logo.png": Buffer.from("logo"),
      "empty.bin": Buffer.alloc(0),
      "again.bin": objects.get("7/a"),
    });
    expect((await simpleParser(await bytesOf(second as Mime))).text?.trim()).toBe("Two");
    const lines = (await bytesOf(first as Mime)).toString("latin1").split("\r\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76);
    await writer.close();
  });

  it("is not written where a file cannot be read, and nothing is left open", async () => {
    const writer = letterWriter(contents, [stored("7/a", "a.bin"), stored("7/gone", "b.bin")], 2_000_000);

    await expect(writer.write(letter)).rejects.toThrow("NoSuchKey");
    await writer.close();
  });
});

describe("a letter whose attachments came with it", () => {
  it("stays in memory while it is small, and not when it is large", async () => {
    const large = { ...logo, content: randomBytes(1_200_000).toString("base64") };
    const small = letterWriter(contents, [logo], 10);
    const other = letterWriter(contents, [large], large.content.length);
    const [mime, largeMime] = await Promise.all([small.write(letter), other.write(letter)]);
    const { attachments } = await simpleParser(await bytesOf(largeMime));

    expect([isInMemory(mime), isInMemory(largeMime)]).toEqual([true, false]);
    expect(attachments[0]?.content.toString("base64")).toBe(large.content);
    await other.close();
  });
});
