import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, it } from "vitest";
import { reply, startAmazon } from "../../test/support/amazon.ts";
import type { LargeMime } from "../mail/mime.ts";
import { type TempFile, tempFileOf } from "../platform/temp-file.ts";

const content = randomBytes(3_000_001);
const head = Buffer.from("From: shop@example.com\r\n\r\n");
let file: TempFile;

beforeAll(async () => {
  file = await tempFileOf(Readable.from([content]));
});

const large = (start = 0): LargeMime => ({ head, body: [{ file, start, end: content.length }] });

describe("a large message to SES", () => {
  it.each([0, 1, 2])(
    "is the request that a small one would be, signed over its body, whatever its length (%i)",
    async (start) => {
      const bodies: Buffer[] = [];
      const headers: IncomingMessage["headers"][] = [];
      const { send } = await startAmazon(async (request, response) => {
        headers.push(request.headers);
        bodies.push(await buffer(request));
        reply(response, 200, { MessageId: "0100-ses" });
      });
      const outcome = await send(large(start));
      await send(Buffer.concat([head, content.subarray(start)]));

      expect(outcome).toMatchObject({ kind: "accepted", providerMessageId: "0100-ses" });
      expect(bodies[0]?.equals(bodies[1] ?? Buffer.alloc(0))).toBe(true);
      expect(headers[0]).toMatchObject({
        "content-length": String(bodies[0]?.length),
        "content-type": headers[1]?.["content-type"],
        "x-amz-content-sha256": createHash("sha256")
          .update(bodies[0] ?? "")
          .digest("hex"),
      });
      expect(headers[0]?.["transfer-encoding"]).toBeUndefined();
      expect(headers[0]?.authorization).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/);
    },
  );

  it("that Amazon refuses before it has read it tells the same as a small one", async () => {
    const { send, calls } = await startAmazon((_request, response) =>
      reply(response, 429, { message: "slow" }, { "x-amzn-errortype": "TooManyRequestsException" }),
    );

    expect(await send(large())).toMatchObject({ kind: "sick", widely: true, briefly: true });
    expect(await send(large())).toMatchObject({ kind: "sick" });
    expect(calls()).toBe(2);
  });

  it("whose connection is cut has an unknown outcome, and is not sent again by itself", async () => {
    const { send, calls } = await startAmazon((request) => void request.destroy());

    expect(await send(large())).toMatchObject({ kind: "unknown" });
    expect(calls()).toBe(1);
  });

  it("whose file cannot be read to its end does not hang, and takes nothing else with it", async () => {
    const { send } = await startAmazon(async (request, response) => {
      await buffer(request);
      reply(response, 200, { MessageId: "0100-ses" });
    });
    let reads = 0;
    const failing: TempFile = {
      ...file,
      async *chunks(...where) {
        reads += 1;
        if (reads > 1) throw new Error("gone");
        yield* file.chunks(...where);
      },
    };
    const outcome = await send({ head, body: [{ file: failing, start: 0, end: content.length }] });

    expect(outcome.kind).not.toBe("accepted");
    expect((await send(large())).kind).toBe("accepted");
  });
});
