import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, it } from "vitest";
import { expectBoundedMemory, type Send } from "../support/gateway-memory.ts";

/** Sends an email with one attachment, whose text is made while it is sent. */
const send: Send = async (gateway, account, bytes) => {
  const email = {
    from: { email: `a@${account.domain}` },
    to: [{ email: "b@example.net" }],
    subject: "S",
    text: "T",
  };
  const start = `${JSON.stringify(email).slice(0, -1)},"attachments":[{"filename":"f","content":"`;
  const piece = Buffer.alloc(48 * 1024, 7).toString("base64");
  function* body() {
    yield start;
    for (let sent = 0; sent < bytes; sent += 48 * 1024) yield piece;
    yield '"}]}';
  }
  const outgoing = request({
    port: gateway.httpPort,
    method: "POST",
    path: "/api/send",
    headers: { authorization: `Bearer ${account.token}` },
  });
  const status = new Promise<number | undefined>((resolve, reject) => {
    outgoing.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
  });
  await pipeline(Readable.from(body()), outgoing);
  return status;
};

describe.skipIf(process.platform !== "linux")("ten requests of 30 MB at once", () => {
  const expectBounded = expectBoundedMemory();

  it("need a bounded part of the gateway's memory, far from what they weigh", async () => {
    await expectBounded({ send, bytes: 30_000_000, accepted: 200 });
  }, 120_000);
});
