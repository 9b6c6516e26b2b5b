import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Mail } from "./mail.ts";
import { type SmtpFaultRule, smtpFaults, smtpFaultsSchema } from "./smtp-faults.ts";
import { type SmtpSink, startSmtpSink } from "./smtp-sink.ts";

const faults = smtpFaults();
let delivered: Mail[] = [];
let sink: SmtpSink;

beforeAll(async () => {
  sink = await startSmtpSink({ mailbox: { deliver: async (mail) => void delivered.push(mail) }, faults });
});
afterAll(() => sink.stop());
beforeEach(() => {
  delivered = [];
  faults.set({ rules: [] });
});

const inForce = (...rules: unknown[]) => faults.set(smtpFaultsSchema.parse({ rules }));

/** Sends as a careful relay client does: over TLS, the certificate verified. */
async function send(to: string[], raw: string, auth = { user: sink.user, pass: sink.password }) {
  const transport = createTransport({
    host: sink.host,
    port: sink.port,
    requireTLS: true,
    tls: { ca: sink.certificate },
    auth,
    greetingTimeout: 300,
    socketTimeout: 300,
  });
  try {
    return await transport.sendMail({ envelope: { from: "bounce@here.example", to }, raw });
  } finally {
    transport.close();
  }
}

const raw = "Subject: hello\r\n\r\n.dot\r\n..dots  \r\nlast line\r\n";

test("a relayed mail arrives byte for byte with its real envelope, over verified TLS and AUTH", async () => {
  await send(["one@there.example", "two@there.example"], raw);
  expect(delivered).toEqual([
    { from: "bounce@here.example", to: ["one@there.example", "two@there.example"], raw: Buffer.from(raw) },
  ]);
});

test("as an MX it needs no credentials", async () => {
  const transport = createTransport({ host: sink.host, port: sink.port, tls: { rejectUnauthorized: false } });
  await transport.sendMail({ envelope: { from: "", to: ["x@there.example"] }, raw });
  transport.close();
  expect(delivered.map(({ from }) => from)).toEqual([""]);
});

test("a wrong password is refused", async () => {
  await expect(send(["x@there.example"], raw, { user: sink.user, pass: "wrong" })).rejects.toMatchObject({
    responseCode: 535,
  });
  expect(delivered).toEqual([]);
});

test("a recipient can be refused with any reply while others get the mail", async () => {
  inForce({ effect: "reply", recipient: "gone@there.example", code: 550, text: "5.1.1 User unknown" });
  const { accepted, rejected } = await send(["gone@there.example", "here@there.example"], raw);
  expect(accepted).toEqual(["here@there.example"]);
  expect(rejected).toEqual(["gone@there.example"]);
  await expect(send(["gone@there.example"], raw)).rejects.toMatchObject({
    response: "550 5.1.1 User unknown",
  });
  expect(delivered.map(({ to }) => to)).toEqual([["here@there.example"]]);
});

test("a temporary refusal of the message itself lasts as many times as told", async () => {
  inForce({ effect: "reply", stage: "data", code: 451, text: "4.3.0 Try again later", times: 1 });
  await expect(send(["x@there.example"], raw)).rejects.toMatchObject({ responseCode: 451 });
  await send(["x@there.example"], raw);
  expect(delivered).toHaveLength(1);
});

test.each<[string, Partial<SmtpFaultRule>, number]>([
  ["connections are refused", { effect: "refuse-connection" }, 0],
  ["the greeting never comes", { effect: "timeout" }, 0],
  ["the reply to RCPT never comes", { effect: "timeout", stage: "rcpt" }, 0],
  ["the reply to the message never comes", { effect: "timeout", stage: "data" }, 0],
  ["the connection drops after the message was taken", { effect: "drop-after-data" }, 1],
])("when %s the sender gets a network error, not a reply", async (_name, rule, stored) => {
  inForce(rule);
  const error: { responseCode?: number } = await send(["x@there.example"], raw).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error.responseCode).toBeUndefined();
  expect(delivered).toHaveLength(stored);
});

test("a rule with a misspelt term is refused instead of striking everybody", () => {
  const rule = { effect: "reply", code: 550, text: "5.1.1 User unknown", recipent: "gone@there.example" };
  expect(smtpFaultsSchema.safeParse({ rules: [rule] }).success).toBe(false);
});

test("the certificate stays the same over restarts when there is a directory to keep it", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "postern-sink-"));
  const start = () => startSmtpSink({ mailbox: { deliver: async () => undefined }, faults, dataDir });
  const first = await start();
  await first.stop();
  const second = await start();
  await second.stop();
  expect(second.certificate).toBe(first.certificate);
  await rm(dataDir, { recursive: true });
});
