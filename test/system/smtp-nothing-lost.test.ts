import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { plain } from "../support/smtp-service.ts";

const connections = 10;
const perWave = 100;
// What the gateway calls for a message and for a connection, cut before and after; then anything at all. A cut falls
// at random among the first so many calls: the rarer the call, the fewer.
const cuts = [
  { call: "dynamodb:Query", among: 1 },
  { call: "dynamodb:GetItem", among: 2 },
  { call: "dynamodb:UpdateItem", among: 20 },
  { call: "sqs:SendMessage*", among: 8 },
  { call: "*", among: 25 },
].flatMap(({ call, among }) => (["before", "after"] as const).map((when) => ({ call, when, among })));

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

/**
 * Who sends, and from which address, to one life of the gateway: the connections of a dead one still count for a
 * minute.
 */
interface Sender extends Customer {
  readonly localAddress: string;
}

interface Wave {
  readonly name: string;
  /** Before the gateway's death, and after it. */
  readonly senders: readonly [Sender, Sender];
  hasDied: boolean;
  /** Numbers of the messages that nobody has sent yet. */
  readonly left: number[];
  /** Subjects that were answered with 250, and the message ids of the answers. */
  readonly answered: Map<string, string>;
  readonly attempts: string[];
  readonly refusals: string[];
}

async function sendersFor(wave: number): Promise<[Sender, Sender]> {
  const sender = async (life: number): Promise<Sender> => ({
    ...(await cloud.newAccount({ monthLimit: 10_000, emailsPerHour: 10_000, requestsPer10Seconds: 10_000 })),
    localAddress: `127.0.0.${10 + 2 * wave + life}`,
  });
  return [await sender(0), await sender(1)];
}

/** One client: comes again whenever it is cut off, until all is sent. */
async function keepSending(wave: Wave): Promise<void> {
  const own: Own = { unanswered: undefined, repetition: 0 };
  while (own.unanswered !== undefined || wave.left.length > 0) {
    const sender = wave.senders[wave.hasDied ? 1 : 0];
    const client = await loggedIn(sender, wave);
    if (client === undefined) {
      await new Promise((resume) => setTimeout(resume, 20));
      continue;
    }
    await sendOver(client, wave, { sender, own });
    if (client.isOver) wave.hasDied = true;
    else await client.say("QUIT");
    client.end();
  }
}

/** What a client has no word of, and how often it has repeated it. */
interface Own {
  unanswered: number | undefined;
  repetition: number;
}

/** Sends until nothing is left or the connection ends; what is repeated is a new message. */
async function sendOver(
  client: SmtpClient,
  wave: Wave,
  { sender, own }: { sender: Sender; own: Own },
): Promise<void> {
  while (!client.isOver) {
    own.repetition = own.unanswered === undefined ? 0 : own.repetition + 1;
    own.unanswered ??= wave.left.shift();
    if (own.unanswered === undefined) return;
    const subject = `${wave.name}-${own.unanswered}-${own.repetition}`;
    if (await send(client, wave, { sender, subject })) own.unanswered = undefined;
  }
}

async function loggedIn(sender: Sender, wave: Wave): Promise<SmtpClient | undefined> {
  const { localAddress, token } = sender;
  const options = { localAddress, rejectUnauthorized: false };
  const client = await SmtpClient.connectTls(cloud.smtp.tlsPort, options).catch(() => undefined);
  if (client === undefined) return undefined;
  await client.reply();
  const { code, text } = await client.sayAll("EHLO a.example", `AUTH PLAIN ${plain("api", token)}`);
  if (code === 235) return client;
  if (code === 0) wave.hasDied = true;
  else wave.refusals.push(text);
  client.end();
  return undefined;
}

async function send(
  client: SmtpClient,
  wave: Wave,
  { sender, subject }: { sender: Sender; subject: string },
): Promise<boolean> {
  wave.attempts.push(subject);
  const { code, text } = await client.sayAll(
    `MAIL FROM:<billing@${sender.domain}>`,
    "RCPT TO:<reader@example.net>",
    "DATA",
  );
  const reply = code === 354 ? await client.say(messageWith(subject, sender)) : { code, text };
  const id = /^250 2\.0\.0 Ok: queued as (\S+)$/.exec(reply.text)?.[1];
  if (id !== undefined) wave.answered.set(subject, id);
  else if (reply.code !== 0) wave.refusals.push(reply.text);
  return id !== undefined;
}

function messageWith(subject: string, { domain }: Sender): string {
  return `From: billing@${domain}\r\nTo: reader@example.net\r\nSubject: ${subject}\r\n\r\nPaid.\r\n.`;
}

/** Lets delays, time-outs and waiting for the provider's word pass, until nothing is queued any more. */
async function untilAllIsQuiet(): Promise<void> {
  for (let round = 0; round < 60; round += 1) {
    await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true), 60_000);
    if (await cloud.queuesIdle()) return;
    await cloud.advanceClock({ minutes: 15 });
  }
  throw new Error("the queues never became idle");
}

// Only Linux takes all of 127.0.0.0/8 for this machine.
describe.skipIf(process.platform !== "linux")("a gateway that dies between any two steps", () => {
  it("loses nothing that it has answered with 250, sends nothing twice, and bills what arrives", async () => {
    const waves: Wave[] = [];
    for (const [number, { call, when, among }] of cuts.entries()) {
      const wave: Wave = {
        name: `${number}`,
        senders: await sendersFor(number),
        hasDied: false,
        left: Array.from({ length: perWave }, (_, place) => place),
        answered: new Map(),
        attempts: [],
        refusals: [],
      };
      waves.push(wave);
      const skip = randomInt(among);
      await cloud.faults({ aws: { function: "Gateway", call, when, effect: "die", times: 1, skip } });
      const healed = eventually(async () => expect(await cloud.deaths()).toBe(number + 1)).then(() =>
        // Before the next life begins: calls at its start meet no rule.
        cloud.faults({}),
      );
      await Promise.all([healed, ...Array.from({ length: connections }, () => keepSending(wave))]);
    }
    expect(await cloud.deaths(), "the gateway died in each wave").toBe(cuts.length);
    expect(waves.flatMap(({ refusals }) => refusals)).toEqual([]);
    await untilAllIsQuiet();
    await cloud.advanceClock({ hours: 25 });
    await untilAllIsQuiet();

    const arrived = await cloud.mailbox();
    const subjects = new Set(arrived.map(({ subject }) => subject));
    expect(subjects.size, "nothing arrived twice").toBe(arrived.length);
    const answered = waves.flatMap((wave) => [...wave.answered.keys()]);
    expect(answered, "every message got its answer in the end").toHaveLength(cuts.length * perWave);
    expect(answered.filter((subject) => !subjects.has(subject))).toEqual([]);
    const attempts = new Set(waves.flatMap((wave) => wave.attempts));
    expect([...subjects].filter((subject) => !attempts.has(subject))).toEqual([]);
    const ids = waves.flatMap((wave) => [...wave.answered.values()]);
    expect([...new Set(await cloud.messageStates(ids))]).toEqual(["sent"]);
    for (const { accountId, domain } of waves.flatMap(({ senders }) => senders)) {
      const own = arrived.filter(({ from }) => from[0]?.address === `billing@${domain}`);
      expect(await cloud.usage(accountId), domain).toMatchObject({ used: own.length });
    }
  }, 150_000);
});
