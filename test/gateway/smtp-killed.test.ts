import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../shared/platform/clock.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { type SendService, startSendService } from "../support/send-service.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { messageFrom, plain } from "../support/smtp-service.ts";

const messages = 1_000;
// The connections of a dead process count for a minute: ten are enough for three lives.
const senders = 3;
const perConnection = 90;
let service: SendService;

beforeAll(async () => {
  service = await startSendService(systemClock);
});
afterAll(() => service.stop());

/** Sends messages until none is left; what became of each is known by its id, or is not known. */
async function sendAll(
  account: { domain: string; token: string },
  gateway: () => GatewayProcess,
  queue: number[],
  answered: Map<number, string>,
): Promise<void> {
  while (queue.length > 0) {
    const client = await SmtpClient.connectTls(gateway().smtpsPort).catch(() => undefined);
    if (client === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    await client.reply();
    await client.sayAll("EHLO a.example", `AUTH PLAIN ${plain("api", account.token)}`);
    for (let sent = 0; sent < perConnection && queue.length > 0 && !client.isOver; sent++) {
      const place = queue.shift() as number;
      const { code } = await client.sayAll(
        `MAIL FROM:<a@${account.domain}>`,
        `RCPT TO:<r${place}@example.net>`,
        "DATA",
      );
      const reply = code === 354 ? await client.say(`${messageFrom(account)}.`) : undefined;
      const id = /^250 2\.0\.0 Ok: queued as (\S+)$/.exec(reply?.text ?? "")?.[1];
      if (id !== undefined) answered.set(place, id);
    }
    client.end();
  }
}

describe("a gateway that is killed while a thousand messages come in", () => {
  it("has queued each message that it has answered with 250, once, and none of those that it refused", async () => {
    const account = await service.account();
    let gateway = await startGateway(service);
    const queue = Array.from({ length: messages }, (_, place) => place);
    const answered = new Map<number, string>();
    const sent = Promise.all(
      Array.from({ length: senders }, () => sendAll(account, () => gateway, queue, answered)),
    );
    let kills = 0;
    for (const left of [700 - Math.random() * 100, 350 - Math.random() * 100]) {
      while (queue.length > left) await new Promise((resolve) => setTimeout(resolve, 5));
      await gateway.kill();
      gateway = await startGateway(service);
      kills++;
    }
    await sent;
    await gateway.kill();

    const queued = new Map(
      service
        .takeJobs()
        .flatMap(({ recipients }) => recipients)
        .map(({ email, messageId }) => [Number(/\d+/.exec(email)?.[0]), messageId]),
    );
    for (const [place, id] of answered) expect(queued.get(place)).toBe(id);
    // At each death every sender may have one message whose answer was lost.
    expect(queued.size - answered.size).toBeLessThanOrEqual(kills * senders);
    expect(answered.size).toBeGreaterThanOrEqual(messages - kills * senders);
    const used = (await service.quota.usage(account.accountId))?.used ?? 0;
    // What is reserved and not queued stays pending, for the reconciliation to give back.
    expect(used - queued.size).toBeLessThanOrEqual(kills * senders);
    expect(used).toBeGreaterThanOrEqual(queued.size);
  }, 120_000);
});
