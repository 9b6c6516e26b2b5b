import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contentClient } from "./content-client.ts";

const inline = { from: { email: "shop@example.com" }, to: [], cc: [], subject: "Hello", headers: {} };
const objects = new Map<string, string>();
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
