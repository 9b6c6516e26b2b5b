import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../shared/platform/clock.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { type SendService, startSendService } from "../support/send-service.ts";

const mebibyte = 1024 * 1024;
let service: SendService;
let gateway: GatewayProcess;

beforeAll(async () => {
  service = await startSendService(systemClock);
  gateway = await startGateway(service);
}, 60_000);
afterAll(async () => {
  await gateway.kill();
  await service.stop();
});

/** What the process has in memory, in MiB, as Linux counts it; `peak` since it began. */
async function memory(): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${gateway.process.pid}/status`, "utf8");
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
}

type Account = Awaited<ReturnType<SendService["account"]>>;

/** Sends an email with one attachment, whose text is made while it is sent. */
async function send(account: Account, bytes: number): Promise<number | undefined> {
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
}

describe.skipIf(process.platform !== "linux")("ten requests of 30 MB at once", () => {
  it("need a bounded part of the gateway's memory, far from what they weigh", async () => {
    const account = await service.account({ messageBytes: 30 * mebibyte });
    expect(await send(account, mebibyte)).toBe(200);
    const before = await memory();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(account, 30_000_000)));
    const { peak } = await memory();

    expect(answers).toEqual(Array(10).fill(200));
    process.stderr.write(`before ${before.now.toFixed()} MiB, at most ${peak.toFixed()} MiB\n`);
    // The aim is 100; single runs have been seen at 132, and the messages weigh 300.
    expect(peak - before.now).toBeLessThan(200);
  }, 120_000);
});
