import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contentClient } from "./content-client.ts";

const inline = { from: { email: "shop@example.com" }, to: [], cc: [], subject: "Hello", headers: {} };
const objects = new Map<string, string | Buffer>();
let bucket: Server;
let reads: string[] = [];

/** Amazon's end of the wire: a bucket. */
beforeAll(async () => {
  bucket = createServer(({ url = "" }, response) => {
    const key = decodeURIComponent(url.split("?")[0]?.split("/").slice(2).join("/") ?? "");
    reads.push(key);
    const body = objects.get(key);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await once(bucket.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => {
  bucket.closeAllConnections();
  bucket.close();
});
beforeEach(() => {
  reads = [];
});

function contents() {
  const s3 = new S3Client({
    endpoint: `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return contentClient({ bucket: "payloads", s3 });
}

describe("a job's content", () => {
  it("is merged from its stored parts in order, then what is inline", async () => {
    objects.set("base", JSON.stringify({ text: "base", html: "base", attachments: [] }));
    objects.set("item", JSON.stringify({ html: "item", subject: "item" }));

    expect(await contents().load({ content: { stored: ["base", "item"], inline } })).toEqual({
      ...inline,
      text: "base",
      html: "item",
      attachments: [],
    });
  });

  it("reads a part once that many jobs share", async () => {
    objects.set("shared", JSON.stringify({ text: "Hi", attachments: [] }));
    const client = contents();
    await Promise.all(
      Array.from({ length: 5 }, () => client.load({ content: { stored: ["shared"], inline } })),
    );
    await client.load({ content: { stored: ["shared"], inline } });

    expect(reads).toEqual(["shared"]);
  });

  it.each([
    ["a part is missing", ["nowhere"], inline],
    ["a part is malformed", ["broken"], inline],
    ["something essential is nowhere", [], { subject: "Hello" }],
  ])("is none when %s", async (_what, stored, given) => {
    objects.set("broken", '{"text": 5}');

    await expect(contents().load({ content: { stored, inline: given } })).rejects.toThrow();
  });

  it("is found again after a read that failed", async () => {
    objects.delete("late");
    const client = contents();
    const load = () => client.load({ content: { stored: ["late"], inline } });
    await expect(load()).rejects.toThrow();
    objects.set("late", JSON.stringify({ text: "Hi", attachments: [] }));

    expect(await load()).toMatchObject({ text: "Hi" });
  });
});

describe("a raw message", () => {
  const of = { from: "shop@example.com", subject: "Hello" };
  const large = Buffer.alloc(2_000_000, "large ");

  it("comes with the job, or from the bucket", async () => {
    objects.set("small.eml", "small");
    const message = Buffer.from("inline").toString("base64");

    expect(await contents().rawMessage({ ...of, raw: { inline: message }, bytes: 6 })).toEqual(
      Buffer.from("inline"),
    );
    expect(await contents().rawMessage({ ...of, raw: { stored: "small.eml" }, bytes: 5 })).toEqual(
      Buffer.from("small"),
    );
  });

  it("that is large comes into a file", async () => {
    objects.set("large.eml", large);
    const message = await contents().rawMessage({
      ...of,
      raw: { stored: "large.eml" },
      bytes: large.length,
    });

    if (Buffer.isBuffer(message)) throw new Error("it lies in memory");
    expect((await message.slice(0, message.bytes)).equals(large)).toBe(true);
    await message.close();
  });

  it("that is not there is an error", async () => {
    const missing = contents().rawMessage({ ...of, raw: { stored: "none" }, bytes: 5_000_000 });
    await expect(missing).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });
});

describe("a stored file", () => {
  it("is read when it is asked for, not before", async () => {
    objects.set("file", "bytes");
    const file = contents().read("file", 5);
    expect(reads).toEqual([]);
    const chunks: Uint8Array[] = [];
    for await (const chunk of file) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("bytes");
  });
});
