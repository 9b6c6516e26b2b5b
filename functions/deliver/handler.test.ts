import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { jobTo } from "../../test/support/delivery-world.ts";

let amazon: Server;
const sent: { MessageBody: string; DelaySeconds: number }[] = [];
let handler: typeof import("./handler.ts").handler;

/** Amazon's end of the wire: an SQS that takes everything. */
beforeAll(async () => {
  amazon = createServer(async (request, response) => {
    const message = (await json(request)) as (typeof sent)[number];
    sent.push(message);
    const MD5OfMessageBody = createHash("md5").update(message.MessageBody).digest("hex");
    const answer = JSON.stringify({ MessageId: "1", MD5OfMessageBody });
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(answer);
  });
  await once(amazon.listen(0, "127.0.0.1"), "listening");
  const names = "ACCOUNTS QUOTA COUNTERS MESSAGES STATS SUPPRESSIONS"
    .split(" ")
    .map((name) => `${name}_TABLE`);
  const others = [
    "PAYLOADS_BUCKET",
    "LOG_BUCKET",
    "CONFIGURATION_SET",
    "MAIL_HOST",
    "LINK_SECRET_ARN",
    "DKIM_KEY_ID",
  ];
  for (const name of [...names, ...others]) vi.stubEnv(name, "test");
  vi.stubEnv("STREAM", "bulk");
  vi.stubEnv("SMTP_ROUTE", "off");
  vi.stubEnv("TRACKING_URL", "https://track.example.net");
  const url = `http://127.0.0.1:${(amazon.address() as AddressInfo).port}`;
  vi.stubEnv("DELIVERY_QUEUE_URL", `${url}/queue`);
  vi.stubEnv("EVENTS_QUEUE_URL", `${url}/events`);
  vi.stubEnv("EVENTS_QUEUE_URL", `${url}/events`);
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  ({ handler } = await import("./handler.ts"));
});

afterAll(() => {
  vi.unstubAllEnvs();
  amazon.closeAllConnections();
  amazon.close();
});

const context = { getRemainingTimeInMillis: () => 60_000 };

describe("the delivery worker", () => {
  it("fails the jobs that it cannot read, and works off the others", async () => {
    const later = jobTo(1, { notBefore: Date.now() + 3_600_000 });
    const bodies = ["no json", JSON.stringify(later), JSON.stringify({ ...later, recipients: [] }), "null"];
    const Records = bodies.map((body, n) => ({ messageId: `m${n}`, body }));

    expect(await handler({ Records }, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: "m0" }, { itemIdentifier: "m2" }, { itemIdentifier: "m3" }],
    });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.DelaySeconds).toBe(900);
    expect(JSON.parse(sent[0]?.MessageBody ?? "")).toEqual(later);
  });

  it("keeps the batches apart that it has in hand at the same time", async () => {
    const later = JSON.stringify(jobTo(1, { notBefore: Date.now() + 3_600_000 }));
    const batches = Array.from({ length: 20 }, (_, n) => [
      { messageId: `m${n}`, body: n % 2 ? "{}" : later },
    ]);
    const answers = await Promise.all(batches.map((Records) => handler({ Records }, context)));

    expect(
      answers.map(({ batchItemFailures }) => batchItemFailures.map((item) => item.itemIdentifier)),
    ).toEqual(batches.map((_, n) => (n % 2 ? [`m${n}`] : [])));
  });

  it("says so when all of a batch failed, and is ready for the next", async () => {
    const Records = [{ messageId: "m0", body: "{}" }];

    expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
  });
});
