import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect } from "vitest";
import { systemClock } from "../../shared/platform/clock.ts";
import { type GatewayProcess, startGateway } from "./gateway-process.ts";
import { type SendService, startSendService } from "./send-service.ts";

const mebibyte = 1024 * 1024;
const mostGrownBytes = 100_000_000;
const messages = 10;

export type Account = Awaited<ReturnType<SendService["account"]>>;

/** Sends one email of about so many bytes through the gateway, and gives back what the gateway answered. */
export type Send = (gateway: GatewayProcess, account: Account, bytes: number) => Promise<number | undefined>;

/**
 * Has ten large messages come to a gateway at once, and expects that all are accepted and that the process needs
 * less than 100 MB for them, besides what it needs for a small one.
 */
export function expectBoundedMemory(): (how: {
  send: Send;
  bytes: number;
  accepted: number;
}) => Promise<void> {
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

  return async ({ send, bytes, accepted }) => {
    const account = await service.account({ messageBytes: 30 * mebibyte });
    expect(await send(gateway, account, mebibyte)).toBe(accepted);
    const before = await memory(gateway);
    const sending = Array.from({ length: messages }, () => send(gateway, account, bytes));
    const answers = await Promise.all(sending);
    const grownBytes = (await memory(gateway)).peak - before.now;

    expect(answers).toEqual(Array(messages).fill(accepted));
    process.stderr.write(`grown by ${(grownBytes / 1_000_000).toFixed()} MB\n`);
    expect(grownBytes).toBeLessThan(mostGrownBytes);
  };
}

/** What the process has in memory, in bytes, as Linux counts it; `peak` since it began. */
async function memory(gateway: GatewayProcess): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${gateway.process.pid}/status`, "utf8");
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) * 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
}
