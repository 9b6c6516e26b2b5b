import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { brokenCalls } from "../support/broken-calls.ts";
import { startGateway } from "../support/gateway-process.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import {
  messageFrom,
  plain,
  type SmtpAccount,
  type SmtpService,
  startSmtpService,
} from "../support/smtp-service.ts";
import { settableClock } from "../support/test-table.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
const mebibyte = 1024 * 1024;
let service: SmtpService;
let account: SmtpAccount;
const open: SmtpClient[] = [];

beforeAll(async () => {
  service = await startSmtpService(clock, { limits: { connectionsPerAddress: 12 } });
  account = await service.account();
});
beforeEach(async () => {
  for (const client of open.splice(0)) client.end();
  await expect.poll(() => service.door.connections()).toBe(0);
  service.takeJobs();
});
afterAll(() => service.stop());

async function loggedIn(of: { token: string } = account, port?: number): Promise<SmtpClient> {
  const client = await service.loggedIn(of, port);
  open.push(client);
  return client;
}

async function login(token: string, port = service.door.tlsPort): Promise<[string, SmtpClient]> {
  const client = await SmtpClient.connectTls(port);
  open.push(client);
  const greeting = await client.reply();
  if (greeting.code !== 220) return [greeting.text, client];
  await client.say("EHLO a.example");
  return [(await client.say(`AUTH PLAIN ${plain("api", token)}`)).text, client];
}

async function begin(client: SmtpClient, { domain } = account): Promise<void> {
  await client.sayAll(`MAIL FROM:<a@${domain}>`, "RCPT TO:<reader@example.net>", "DATA");
}

/** A message of exactly so many bytes. */
function messageOf(bytes: number, { domain } = account): string {
  const head = messageFrom({ domain }, "");
  const line = `${"x".repeat(76)}\r\n`;
  const body = line.repeat(Math.floor((bytes - head.length) / line.length) - 1);
  return `${head}${body}${"y".repeat(bytes - head.length - body.length - 2)}\r\n`;
}

describe("an account", () => {
  it("has ten connections and no more, over all processes, and another when one has ended", async () => {
    const own = await service.account();
    const other = await service.openDoor();
    for (let count = 0; count < 5; count++) {
      expect((await login(own.token))[0]).toMatch(/^235 /);
      expect((await login(own.token, other.tlsPort))[0]).toMatch(/^235 /);
    }
    for (const port of [service.door.tlsPort, other.tlsPort]) {
      const [refusal, client] = await login(own.token, port);
      expect(refusal).toBe("535 5.7.8 Too many connections per account");
      client.end();
    }
    open.shift()?.end();
    await expect
      .poll(async () => {
        const [reply, client] = await login(own.token, other.tlsPort);
        if (!reply.startsWith("235")) client.end();
        return reply;
      })
      .toMatch(/^235 /);
    await other.stop(0);
  });

  it("has as many as the operator has given it", async () => {
    const own = await service.account();
    await service.accounts.setLimits(own.accountId, { smtpConnections: 2 });
    for (let count = 0; count < 2; count++) expect((await login(own.token))[0]).toMatch(/^235 /);
    expect((await login(own.token))[0]).toBe("535 5.7.8 Too many connections per account");
  });

  it("has as many messages on one as the operator has given it", async () => {
    const own = await service.account();
    await service.accounts.setLimits(own.accountId, { smtpMessagesPerConnection: 1 });
    const client = await loggedIn(own);
    await begin(client, own);
    expect((await client.say(`${messageFrom(own)}.`)).code).toBe(250);
    expect((await client.say(`MAIL FROM:<a@${own.domain}>`)).code).toBe(421);
  });

  it("keeps the connections of a dead process for a minute", async () => {
    const own = await service.account();
    const dead = await service.openDoor({ limits: { connectionsPerAddress: 100 } });
    for (let count = 0; count < 10; count++) await login(own.token, dead.tlsPort);
    const [refusal, refused] = await login(own.token);
    expect(refusal).toMatch(/^(535 5\.7\.8|421 4\.7\.0) /);
    refused.end();
    clock.advance(61_000);
    expect((await login(own.token))[0]).toMatch(/^235 /);
    await dead.stop(0);
  });
});

describe("an address", () => {
  it("has its connections and no more, known or not, and others when those have ended", async () => {
    for (let count = 0; count < 12; count++) {
      const client = await SmtpClient.connect(service.door.port);
      open.push(client);
      expect((await client.reply()).code).toBe(220);
    }
    const one = await SmtpClient.connect(service.door.port);
    expect(await one.rest()).toBe("421 4.7.0 Too many connections per IP address\r\n");
    for (const client of open.splice(0)) client.end();
    await expect.poll(() => service.door.connections()).toBe(0);
    const client = await SmtpClient.connect(service.door.port);
    open.push(client);
    await expect.poll(async () => (await client.reply()).code).toBe(220);
  });
});

describe("an address of which the deployment allows another number of connections", () => {
  it("has so many and no more", async () => {
    const gateway = await startGateway(service, { SMTP_CONNECTIONS_PER_ADDRESS: "2" });
    const greetings: number[] = [];
    for (let count = 0; count < 3; count++) {
      const client = await SmtpClient.connect(gateway.smtpPort);
      open.push(client);
      greetings.push((await client.reply()).code);
    }
    expect(greetings).toEqual([220, 220, 421]);
    await gateway.kill();
  });
});

describe("a connection", () => {
  it("takes a hundred messages; the 101st is refused, and another connection takes it", async () => {
    const client = await loggedIn();
    for (let count = 0; count < 100; count++) {
      await begin(client);
      expect((await client.say(`${messageFrom(account)}.`)).code).toBe(250);
    }
    expect((await client.say(`MAIL FROM:<a@${account.domain}>`)).text).toBe(
      "421 4.7.0 Too many messages per connection",
    );
    expect(await client.rest()).toBe("");
    expect(service.takeJobs()).toHaveLength(100);
    expect((await (await loggedIn()).say(`MAIL FROM:<a@${account.domain}>`)).code).toBe(250);
  });

  it("is of no use once its token is revoked", async () => {
    const own = await service.account();
    const client = await loggedIn(own);
    await service.accounts.setStatus(own.accountId, "banned");
    await begin(client, own);
    expect((await client.say(`${messageFrom(own)}.`)).text).toBe("535 5.7.0 Account is banned");
  });
});

describe("the size of a message", () => {
  it("may be 10 MiB", async () => {
    const client = await loggedIn();
    await begin(client);
    const message = messageOf(10 * mebibyte);
    await client.writeAll(message);
    expect((await client.say(".")).text).toMatch(/^250 /);
    const [job] = service.takeJobs();
    expect(job?.content).toMatchObject({ bytes: 10 * mebibyte, raw: { stored: expect.any(String) } });
    expect(job && (await service.messageOf(job)) === message).toBe(true);
  });

  it("may not be a byte more, and the connection goes on", async () => {
    const client = await loggedIn();
    await begin(client);
    await client.writeAll(messageOf(10 * mebibyte + 1));
    expect((await client.say(".")).text).toBe("552 5.3.4 Error: message too big");
    expect(service.takeJobs()).toEqual([]);
    await begin(client);
    expect((await client.say(`${messageFrom(account)}.`)).code).toBe(250);
  });

  it("is looked at before the message is read, where the client says it", async () => {
    const client = await loggedIn();
    expect((await client.say(`MAIL FROM:<a@${account.domain}> SIZE=${10 * mebibyte + 1}`)).text).toBe(
      "552 5.3.4 Error: message too big",
    );
    expect((await client.say(`MAIL FROM:<a@${account.domain}> SIZE=${10 * mebibyte}`)).code).toBe(250);
  });

  it("may be 30 MiB where the operator has granted it", async () => {
    const large = await service.account({ messageBytes: 30 * mebibyte });
    const client = await loggedIn(large);
    expect((await client.say(`MAIL FROM:<a@${large.domain}> SIZE=${30 * mebibyte}`)).code).toBe(250);
    await client.sayAll("RCPT TO:<reader@example.net>", "DATA");
    await client.writeAll(messageOf(30 * mebibyte, large));
    expect((await client.say(".")).code).toBe(250);
    expect(service.takeJobs()[0]?.content).toMatchObject({ bytes: 30 * mebibyte });
  });

  it("without end ends the connection", async () => {
    const own = await service.openDoor({ limits: { discardedBytes: mebibyte } });
    const small = await service.account({ messageBytes: 10_000 });
    const client = await loggedIn(small, own.tlsPort);
    await begin(client, small);
    const noise = `${"x".repeat(998)}\r\n`.repeat(1_000);
    for (let count = 0; count < 20 && !client.isOver; count++) client.write(noise);
    expect(await client.rest()).toBe("552 5.3.4 Error: message too big\r\n");
    await own.stop(0);
  });

  it.each([
    [100, 1],
    [60_000, 1],
    [130_000, 1],
    [131_072, 1],
    [140_000, 1],
    [100_000, 1_000],
    [30_000, 1_000],
  ])("of %i bytes to %i recipients arrives byte by byte", async (bytes, recipients) => {
    const client = await loggedIn();
    await client.say(`MAIL FROM:<a@${account.domain}>`);
    client.write(
      Array.from({ length: recipients }, (_, place) => `RCPT TO:<r${place}@example.net>\r\n`).join(""),
    );
    for (let place = 0; place < recipients; place++) await client.reply();
    await client.say("DATA");
    const message = bytes < 200 ? messageFrom(account) : messageOf(bytes);
    expect((await client.say(`${message}.`)).code).toBe(250);
    const jobs = service.takeJobs();
    expect(jobs.flatMap((job) => job.recipients)).toHaveLength(recipients);
    for (const job of jobs.slice(0, 2)) expect((await service.messageOf(job)) === message).toBe(true);
  });
});

describe("trouble of ours", () => {
  const faults = [
    ["the queue", { sdk: "sqs", command: "SendMessageBatchCommand", when: "before" }, 1_000],
    ["the queue's answer", { sdk: "sqs", command: "SendMessageBatchCommand", when: "after" }, 1_000],
    ["the bucket", { sdk: "s3", command: "UploadPartCommand", when: "before" }, 12 * mebibyte],
    ["the quota", { sdk: "dynamo", command: "UpdateItemCommand", when: "before" }, 1_000],
  ] as const;

  it.each(faults)(
    "with %s is a temporary refusal; nothing is billed, and the next try succeeds",
    async (_, at, bytes) => {
      const own = await service.account({ messageBytes: 20 * mebibyte });
      const broken = brokenCalls(service);
      const client = await loggedIn(own);
      broken.fail(at);
      await begin(client, own);
      await client.writeAll(messageOf(bytes, own));
      expect((await client.say(".")).text).toBe("451 4.3.0 Internal server error");
      broken.mend();
      expect((await service.quota.usage(own.accountId))?.used).toBe(0);
      await begin(client, own);
      await client.writeAll(messageOf(bytes, own));
      expect((await client.say(".")).code).toBe(250);
      expect((await service.quota.usage(own.accountId))?.used).toBe(1);
    },
  );

  it("at the login is temporary too", async () => {
    const own = await service.account();
    const broken = brokenCalls(service);
    broken.fail({ sdk: "dynamo", command: "QueryCommand", when: "before" });
    const [reply, client] = await login(own.token);
    broken.mend();
    expect(reply).toBe("451 4.3.0 Internal server error");
    expect((await client.say(`AUTH PLAIN ${plain("api", own.token)}`)).code).toBe(235);
  });
});

describe("a client that goes away", () => {
  it("in the middle of a message leaves nothing behind", async () => {
    const own = await service.account({ messageBytes: 20 * mebibyte });
    const client = await loggedIn(own);
    await begin(client, own);
    await client.writeAll(messageOf(12 * mebibyte, own));
    client.end();
    await expect.poll(() => service.door.connections()).toBe(0);
    expect(service.takeJobs()).toEqual([]);
    expect((await service.quota.usage(own.accountId))?.used).toBe(0);
  });

  it("while it logs in is not counted for ever", async () => {
    const own = await service.account();
    for (let count = 0; count < 11; count++) {
      const client = await SmtpClient.connectTls(service.door.tlsPort);
      await client.reply();
      await client.say("EHLO a.example");
      client.write(`AUTH PLAIN ${plain("api", own.token)}\r\n`);
      client.end();
      await expect.poll(() => service.door.connections()).toBe(0);
    }
    await expect.poll(async () => (await login(own.token))[0]).toMatch(/^235 /);
  });
});
