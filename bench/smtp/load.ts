import { connect } from "node:net";
import { SmtpClient } from "../../test/support/smtp-client.ts";
import type { MailServer } from "./mail-server.ts";

export interface Measured {
  readonly messages: number;
  readonly seconds: number;
  /** From the message's last byte to the reply, in ms, ascending. */
  readonly latencies: readonly number[];
  /** Messages that were answered with anything but 250. */
  readonly refused: number;
  /** Processor time of the load's own, in s. */
  readonly clientSeconds: number;
}

interface Load {
  readonly server: MailServer;
  readonly message: Buffer;
  readonly until: number;
  readonly latencies: number[];
  refused: number;
}

/** Sends messages of one size over open connections for some time; those in flight at its end are waited for. */
export async function measure(
  server: MailServer,
  { bytes, connections, seconds }: { bytes: number; connections: number; seconds: number },
): Promise<Measured> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const load: Load = {
    server,
    message: messageOf(server, bytes),
    until: started + seconds * 1000,
    latencies: [],
    refused: 0,
  };
  await withinSeconds(
    seconds + 15,
    `${server.name} does not answer`,
    Promise.all(Array.from({ length: connections }, () => keepSending(load))),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    messages: load.latencies.length,
    seconds: (performance.now() - started) / 1000,
    latencies: load.latencies.sort((a, b) => a - b),
    refused: load.refused,
    clientSeconds: (user + system) / 1e6,
  };
}

async function keepSending(load: Load): Promise<void> {
  const { server, until } = load;
  while (performance.now() < until) {
    const client = await loggedIn(server, until);
    if (client === undefined) return;
    for (let sent = 0; sent < server.messagesPerConnection && performance.now() < until; sent += 1) {
      await send(client, load);
      if (client.isOver) break;
    }
    await client.say("QUIT");
    client.end();
  }
}

/** One command at a time, as most clients do. */
async function send(client: SmtpClient, load: Load): Promise<void> {
  const { server, message, latencies } = load;
  const { code } = await client.sayAll(
    `MAIL FROM:<hello@${server.senderDomain}>`,
    "RCPT TO:<reader@example.net>",
    "DATA",
  );
  if (code !== 354) throw new Error(`${server.name} refused DATA with ${code}`);
  await client.writeAll(message);
  const written = performance.now();
  const reply = await client.reply();
  if (reply.code === 250) latencies.push(performance.now() - written);
  else load.refused += 1;
}

/** A server may still count a connection that has just been closed: then the client comes again. */
async function loggedIn(server: MailServer, until: number): Promise<SmtpClient | undefined> {
  do {
    const client = new SmtpClient(connect({ port: server.port, host: "127.0.0.1", noDelay: true }));
    const greeting = await client.reply();
    if (greeting.code === 220 && (await isWelcome(client, server))) return client;
    client.end();
    await new Promise((resume) => setTimeout(resume, 5));
  } while (performance.now() < until);
  return undefined;
}

async function isWelcome(client: SmtpClient, { auth, name }: MailServer): Promise<boolean> {
  await client.say("EHLO bench.example");
  if ((await client.say("STARTTLS")).code !== 220) throw new Error(`${name} offers no STARTTLS`);
  await client.upgrade();
  if ((await client.say("EHLO bench.example")).code !== 250) return false;
  return auth === undefined || (await client.say(`AUTH PLAIN ${auth}`)).code === 235;
}

/** A plain message of so many bytes, its end included. */
function messageOf({ senderDomain }: MailServer, bytes: number): Buffer {
  const head = [
    `From: Till <hello@${senderDomain}>`,
    "To: reader@example.net",
    "Subject: Receipt 771",
    `Message-ID: <receipt-771@${senderDomain}>`,
    "Date: Sun, 22 Nov 2026 20:00:00 +0000",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "",
  ].join("\r\n");
  const line = `${"Paid in full, with thanks. ".repeat(3).slice(0, 74)}\r\n`;
  const end = "\r\n.\r\n";
  const body = line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes - head.length - end.length);
  return Buffer.from(head + body.trimEnd() + end);
}

async function withinSeconds<T>(seconds: number, complaint: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), seconds * 1000);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}

/** Resolves when the server takes connections. @throws Error after some seconds */
export async function greets({ port, name }: MailServer): Promise<void> {
  const patience = performance.now() + 20_000;
  while (performance.now() < patience) {
    const client = await SmtpClient.connect(port).catch(() => undefined);
    const greeting = await client?.reply();
    client?.end();
    if (greeting?.code === 220) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`${name} did not start`);
}
