import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { certificateFile, watchCertificate } from "../../gateway/certificates.ts";
import type { SmtpDoorSettings } from "../../gateway/smtp/door.ts";
import { certificateIn } from "../../local/engines/certificate.ts";
import { brokenCalls } from "../support/broken-calls.ts";
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
let service: SmtpService;
let account: SmtpAccount;
const doors: { stop(mostMs: number): Promise<void> }[] = [];

beforeAll(async () => {
  service = await startSmtpService(clock);
  account = await service.account();
});
afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.stop(0)));
  service.takeJobs();
});
afterAll(() => service.stop());

async function openDoor(settings: Partial<SmtpDoorSettings>) {
  const door = await service.openDoor(settings);
  doors.push(door);
  return door;
}

async function begin(client: SmtpClient): Promise<void> {
  await client.sayAll(`MAIL FROM:<a@${account.domain}>`, "RCPT TO:<reader@example.net>", "DATA");
}

const tooLong = "421 4.4.2 Connection took too long\r\n";

describe("a client that takes its time (slowloris)", () => {
  it("is waited for until it has logged in, however much it says", async () => {
    const { port } = await openDoor({ limits: { loginMs: 400 } });
    const client = await SmtpClient.connect(port);
    await client.reply();
    const drip = setInterval(() => client.write("N"), 20);
    expect(await client.rest()).toBe(tooLong);
    clearInterval(drip);
  });

  it("is waited for only so long with its message, however steadily it comes", async () => {
    const { tlsPort, connections } = await openDoor({ limits: { messageMs: 400 } });
    const client = await service.loggedIn(account, tlsPort);
    await begin(client);
    const drip = setInterval(() => client.write("X: y\r\n"), 20);
    expect(await client.rest()).toBe(tooLong);
    clearInterval(drip);
    expect(service.takeJobs()).toEqual([]);
    await expect.poll(connections).toBe(0);
  });

  it("may stay only so long in all", async () => {
    const { tlsPort } = await openDoor({ limits: { connectionMs: 400 } });
    const client = await service.loggedIn(account, tlsPort);
    expect(await client.rest()).toBe(tooLong);
  });

  it("is told when it is silent", async () => {
    const { port, tlsPort } = await openDoor({ limits: { strangerIdleMs: 300, idleMs: 600 } });
    const stranger = await SmtpClient.connect(port);
    await stranger.reply();
    const known = await service.loggedIn(account, tlsPort);
    const began = performance.now();
    expect(await stranger.rest()).toBe("421 4.4.2 Timeout - closing connection\r\n");
    expect(await known.rest()).toBe("421 4.4.2 Timeout - closing connection\r\n");
    expect(performance.now() - began).toBeGreaterThan(500);
  });

  it("does not get far without a TLS handshake", async () => {
    const { tlsPort } = await openDoor({ limits: { strangerIdleMs: 200 } });
    const socket = connectTcp(tlsPort, "127.0.0.1");
    await once(socket, "close");
  });

  it("and closes only its own half is not kept", async () => {
    const { port, connections } = await openDoor({});
    const socket = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "data");
    socket.end();
    await once(socket, "end");
    await expect.poll(connections).toBe(0);
    socket.destroy();
  });
});

describe("a door that stops", () => {
  it("lets a message that is coming finish, tells the others, and takes no one in", async () => {
    const door = await service.openDoor();
    const [busy, idle] = [
      await service.loggedIn(account, door.tlsPort),
      await service.loggedIn(account, door.tlsPort),
    ];
    await begin(busy);
    busy.write(messageFrom(account));
    const stopped = door.stop(10_000);
    expect(await idle.rest()).toBe("421 4.3.2 Service is restarting\r\n");
    await expect(SmtpClient.connect(door.port)).rejects.toThrow("ECONNREFUSED");
    expect((await busy.say(".")).text).toMatch(/^250 2\.0\.0 Ok: queued/);
    expect(await busy.rest()).toBe("421 4.3.2 Service is restarting\r\n");
    await stopped;
    expect(service.takeJobs()).toHaveLength(1);
  });

  it("lets an envelope become a message, and no more than one", async () => {
    const door = await service.openDoor();
    const client = await service.loggedIn(account, door.tlsPort);
    await client.say(`MAIL FROM:<a@${account.domain}>`);
    const stopped = door.stop(10_000);
    await client.sayAll("RCPT TO:<reader@example.net>", "DATA");
    const mail = `MAIL FROM:<a@${account.domain}>\r\n`;
    client.write(`${messageFrom(account)}.\r\n${mail}`);
    expect((await client.reply()).code).toBe(250);
    expect((await client.reply()).text).toBe("421 4.3.2 Service is restarting");
    await stopped;
  });

  it("has given back its connections, so that their clients can come to another at once", async () => {
    const own = await service.account();
    const limits = { connectionsPerAccount: 2 };
    const [old, other] = [await service.openDoor({ limits }), await openDoor({ limits })];
    for (let count = 0; count < 2; count++) await service.loggedIn(own, old.tlsPort);
    await old.stop(10_000);
    for (let count = 0; count < 2; count++) {
      const client = await service.loggedIn(own, other.tlsPort);
      expect((await client.say(`MAIL FROM:<a@${own.domain}>`)).code).toBe(250);
    }
  });

  it("does not wait for ever", async () => {
    const door = await service.openDoor();
    const client = await service.loggedIn(account, door.tlsPort);
    await begin(client);
    await door.stop(300);
    expect(await client.rest()).toBe("421 4.3.2 Service is restarting\r\n");
    expect(service.takeJobs()).toEqual([]);
  });

  it("answers a message whose queueing takes a while", async () => {
    const door = await service.openDoor();
    const client = await service.loggedIn(account, door.tlsPort);
    const broken = brokenCalls(service);
    await begin(client);
    broken.fail({ sdk: "sqs", command: "SendMessageBatchCommand", when: "after" });
    client.write(`${messageFrom(account)}.\r\n`);
    await door.stop(10_000);
    broken.mend();
    expect((await client.reply()).code).toBe(451);
  });
});

describe("the certificate", () => {
  it("is exchanged without dropping a connection, for STARTTLS and for TLS at once", async () => {
    const { tlsPort, port, useCertificate } = await openDoor({});
    const before = await service.loggedIn(account, tlsPort);
    const next = await certificateIn(undefined);
    useCertificate(next);

    const socket = connectTls({ port: tlsPort, host: "127.0.0.1", ca: next.cert, servername: "localhost" });
    await once(socket, "secureConnect");
    expect(socket.authorized).toBe(true);
    socket.destroy();
    const client = await SmtpClient.connect(port);
    await client.reply();
    await client.sayAll("EHLO a.example", "STARTTLS");
    await client.upgrade({ ca: next.cert, servername: "localhost", rejectUnauthorized: true });
    expect((await client.say("NOOP")).code).toBe(250);
    await begin(before);
    expect((await before.say(`${messageFrom(account)}.`)).code).toBe(250);
    for (const open of [client, before]) open.end();
  });

  it("is looked for from time to time, and a broken one changes nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "postern-"));
    const file = join(folder, "tls.pem");
    const put = async (pem: { cert: string; key: string }) => writeFile(file, pem.cert + pem.key);
    const [first, second] = [await certificateIn(undefined), await certificateIn(undefined)];
    await put(first);
    const source = certificateFile(file);
    const used: string[] = [];
    const unwatch = watchCertificate(source, await source.read(), {
      everyMs: 10,
      use: ({ cert }) => used.push(cert),
    });
    await put({ cert: second.cert, key: first.key });
    await expect(source.read()).rejects.toThrow();
    await put(second);
    await expect.poll(() => used).toEqual([second.cert + second.key]);
    unwatch();
    await rm(folder, { recursive: true });
  });
});

describe("the PROXY protocol", () => {
  const v2 = (address: string): Buffer<ArrayBuffer> =>
    Buffer.concat([
      Buffer.from("0d0a0d0a000d0a515549540a2111000c", "hex"),
      Buffer.from(address.split(".").map(Number)),
      Buffer.from("c0000201d431024b", "hex"),
    ]);

  async function clientIpOf(header: Buffer, port: number): Promise<string | undefined> {
    const client = await SmtpClient.connect(port, header);
    await client.reply();
    await client.sayAll("EHLO a.example", "STARTTLS");
    await client.upgrade();
    await client.sayAll("EHLO a.example", `AUTH PLAIN ${plain("api", account.token)}`);
    await begin(client);
    expect((await client.say(`${messageFrom(account)}.`)).code).toBe(250);
    client.end();
    return service.takeJobs()[0]?.clientIp;
  }

  it("in version 1 or 2 tells whose connection it is", async () => {
    const { port } = await openDoor({ isProxied: true });
    expect(await clientIpOf(v2("198.51.100.7"), port)).toBe("198.51.100.7");
    expect(await clientIpOf(Buffer.from("PROXY TCP4 198.51.100.8 192.0.2.1 5 587\r\n"), port)).toBe(
      "198.51.100.8",
    );
    expect(await clientIpOf(Buffer.from("PROXY TCP6 2001:DB8::9 ::1 5 587\r\n"), port)).toBe("2001:db8::9");
  });

  it("stands before TLS from the first byte, too", async () => {
    const { tlsPort } = await openDoor({ isProxied: true });
    const socket = connectTcp(tlsPort, "127.0.0.1");
    socket.write(v2("198.51.100.9"));
    const client = await SmtpClient.connectTls(tlsPort, { socket });
    expect((await client.reply()).code).toBe(220);
    client.end();
  });

  it("limits the addresses behind the load balancer, not the load balancer", async () => {
    const { port } = await openDoor({ isProxied: true, limits: { connectionsPerAddress: 1 } });
    const open = async (address: string) => {
      const client = await SmtpClient.connect(port, v2(address));
      doors.push({ stop: async () => client.end() });
      return (await client.reply()).code;
    };
    expect(await open("198.51.100.10")).toBe(220);
    expect(await open("198.51.100.11")).toBe(220);
    expect(await open("198.51.100.11")).toBe(421);
  });

  it.each([
    ["none", "EHLO a.example\r\n"],
    ["a broken one", "PROXY TCP4 evil 1 2 3\r\n"],
    ["half of one", "PROXY TCP4"],
  ])("is demanded where it is expected: %s is no way in", async (_, start) => {
    const { port } = await openDoor({ isProxied: true, limits: { strangerIdleMs: 300 } });
    const client = await SmtpClient.connect(port, Buffer.from(start));
    expect(await client.rest()).toBe("");
  });

  it("is a command like others where it is not", async () => {
    const client = await SmtpClient.connect(service.door.port);
    await client.reply();
    expect((await client.say("PROXY TCP4 198.51.100.7 192.0.2.1 5 587")).code).toBe(500);
    client.end();
  });
});
