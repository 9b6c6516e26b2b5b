import {
  AccountSuspendedException,
  BadRequestException,
  CreateEmailIdentityCommand,
  MessageRejected,
  NotFoundException,
  PutEmailIdentityMailFromAttributesCommand,
  type SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
  SendingPausedException,
  TooManyRequestsException,
} from "@aws-sdk/client-sesv2";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Mail } from "../mail.ts";
import { type Queues, startQueues } from "../queues.ts";
import { type AwsEndpoint, startAwsEndpoint } from "./endpoint.ts";
import { sesFaults, sesFaultsSchema } from "./ses-faults.ts";
import { listeningTopic, message, publicKey, type SesRecord, sesClient, signing } from "./ses-test-kit.ts";

const faults = sesFaults();

let delivered: Mail[] = [];
let queues: Queues;
let endpoint: AwsEndpoint;
let ses: SESv2Client;
let topic: Awaited<ReturnType<typeof listeningTopic>>;
/** The message ids of all events that the last look at the queue met. */
let seen: string[] = [];

beforeAll(async () => {
  queues = await startQueues();
  topic = await listeningTopic(queues.url);
  const eventTypes = ["send", "DELIVERY", "DELIVERY_DELAY", "bounce", "complaint"];
  endpoint = await startAwsEndpoint({
    mailbox: { deliver: async (mail) => void delivered.push(mail) },
    configurationSets: ["stream", "silent"],
    eventDestinations: [{ configurationSet: "stream", topicArn: topic.topicArn, eventTypes }],
    snsUrl: queues.url,
    sesFaults: faults,
    invoke: async () => undefined,
  });
  ses = sesClient(endpoint.url);
  const EmailIdentity = "here.example";
  await ses.send(new CreateEmailIdentityCommand({ EmailIdentity, DkimSigningAttributes: signing }));
  const MailFromDomain = "bounce.here.example";
  await ses.send(new PutEmailIdentityMailFromAttributesCommand({ EmailIdentity, MailFromDomain }));
});

afterAll(async () => {
  await endpoint.stop();
  await queues.stop();
});

beforeEach(() => {
  delivered = [];
  faults.set({ rules: [] });
});

const inForce = (...rules: unknown[]) => faults.set(sesFaultsSchema.parse({ rules }));
const send = (over: Partial<SendEmailCommandInput> = {}, raw: Uint8Array = message()) =>
  ses.send(
    new SendEmailCommand({
      FromEmailAddress: "sender@here.example",
      Destination: { ToAddresses: ["to@there.example"] },
      Content: { Raw: { Data: raw } },
      ConfigurationSetName: "stream",
      ...over,
    }),
  );

/** All events of this email, oldest first; gives up when they don't come. */
async function eventsOf(messageId: string | undefined, count: number): Promise<SesRecord[]> {
  await endpoint.settled();
  const found: SesRecord[] = [];
  seen = [];
  for (let tries = 0; found.length < count && tries < 20; tries += 1) {
    const records = await topic.receive();
    seen.push(...records.map(({ mail }) => mail.messageId));
    found.push(...records.filter(({ mail }) => mail.messageId === messageId));
  }
  return found;
}

async function verify(raw: Buffer) {
  const { results } = await dkimVerify(raw, {
    resolver: async (name: string, type: string) => {
      expect([name, type]).toEqual(["ps1._domainkey.here.example", "TXT"]);
      return [[`v=DKIM1; k=rsa; p=${publicKey}`]];
    },
  });
  return results.map(({ status, signingDomain }) => [status.result, signingDomain]);
}

test("an accepted mail arrives with Amazon's Message-ID and Date, its return path, and a DKIM signature that verifies", async () => {
  const { MessageId } = await send({
    Destination: { ToAddresses: ["to@there.example"], BccAddresses: ["b@there.example"] },
  });
  expect(MessageId).toMatch(/^0100[0-9a-f]{12}-[0-9a-f-]{36}-000000$/);
  const [mail] = delivered;
  expect(mail).toMatchObject({
    from: `${MessageId}@bounce.here.example`,
    to: ["to@there.example", "b@there.example"],
  });
  const text = mail?.raw.toString() ?? "";
  expect(text.startsWith(`Return-Path: <${MessageId}@bounce.here.example>\r\n`)).toBe(true);
  expect(text).toContain(`\r\nMessage-ID: <${MessageId}@email.amazonses.com>\r\n`);
  expect(text).not.toMatch(/mine@here|Jan 2001/);
  expect(text.endsWith("\r\n\r\n.Grüße\tmit  Leerraum \r\n\r\nund Ende\r\n\r\n")).toBe(true);
  expect(text).toMatch(/h=[^;]*list-unsubscribe-post/s);
  expect(await verify(mail?.raw ?? Buffer.alloc(0))).toEqual([["pass", "here.example"]]);
});

test.each<[string, Buffer]>([
  ["without an end to its last line", Buffer.from("From: a@here.example\r\nSubject: x\r\n\r\nno end")],
  ["with bare line feeds", Buffer.from("From: a@here.example\nSubject: folded\n\tline\n\none\ntwo\n")],
  ["without a body", Buffer.from("From: a@here.example\r\nSubject: x\r\n\r\n")],
  [
    "with UTF-8 in its header",
    Buffer.from("From: a@here.example\r\nSubject: Grüße  an \t alle\r\n\r\nx\r\n"),
  ],
  ["of three megabytes", Buffer.from(`From: a@here.example\r\n\r\n${"line of text\r\n".repeat(220_000)}`)],
])("the signature of a message %s verifies", async (_name, raw) => {
  await send({ FromEmailAddress: undefined }, raw);
  expect(await verify(delivered[0]?.raw ?? Buffer.alloc(0))).toEqual([["pass", "here.example"]]);
});

test("Send and Delivery are told to the configuration set's topic, with our tags and the message's headers", async () => {
  const { MessageId } = await send({
    EmailTags: [
      { Name: "account-id", Value: "7" },
      { Name: "message-id", Value: "0190-abc" },
    ],
  });
  const [sent, reached] = await eventsOf(MessageId, 2);
  expect([sent?.eventType, reached?.eventType]).toEqual(["Send", "Delivery"]);
  expect(sent?.mail).toMatchObject({
    destination: ["to@there.example"],
    source: "sender@here.example",
    headersTruncated: false,
    commonHeaders: { from: ["Sender <sender@here.example>"], to: ["to@there.example"], messageId: MessageId },
    tags: { "account-id": ["7"], "message-id": ["0190-abc"], "ses:configuration-set": ["stream"] },
  });
  expect(sent?.mail.headers).toContainEqual({ name: "From", value: "Sender <sender@here.example>" });
  expect(reached?.delivery?.recipients).toEqual(["to@there.example"]);
});

test("headers too large for a notification are cut off, and it says so", async () => {
  const { MessageId } = await send({}, message(`X-Long: ${"long ".repeat(4_000)}`));
  const [sent] = await eventsOf(MessageId, 2);
  expect(sent?.mail.headersTruncated).toBe(true);
});

test.each([
  ["bounce@simulator.amazonses.com", ["Send", "Bounce"], 0],
  ["bounce+label@simulator.amazonses.com", ["Send", "Bounce"], 0],
  ["suppressionlist@simulator.amazonses.com", ["Send", "Bounce"], 0],
  ["complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"], 1],
  ["ooto@simulator.amazonses.com", ["Send", "Delivery", "Bounce"], 1],
  ["success@simulator.amazonses.com", ["Send", "Delivery"], 1],
])("mail to %s ends as Amazon's simulator says", async (address, types, mails) => {
  const { MessageId } = await send({ Destination: { ToAddresses: [address] } });
  const records = await eventsOf(MessageId, types.length);
  expect(records.map(({ eventType }) => eventType)).toEqual(types);
  expect(delivered).toHaveLength(mails);
  const bounce = records.find(({ eventType }) => eventType === "Bounce")?.bounce;
  if (bounce) {
    expect(bounce).toMatchObject({
      bounceType: address.startsWith("ooto") ? "Transient" : "Permanent",
      bounceSubType: address.startsWith("suppressionlist") ? "Suppressed" : "General",
      bouncedRecipients: [{ emailAddress: address }],
    });
  }
});

test("what may not be sent is refused with Amazon's exception, and nothing arrives", async () => {
  const refused = async (
    sending: Promise<unknown>,
    exception: new (...args: never[]) => Error,
    text: string,
  ) => {
    const error = await sending.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(exception);
    expect((error as Error).message).toContain(text);
  };
  const stranger = Buffer.from("From: a@stranger.example\r\n\r\nx");
  await refused(
    send({ FromEmailAddress: "a@stranger.example" }),
    MessageRejected,
    "Email address is not verified",
  );
  await refused(send({}, stranger), MessageRejected, "a@stranger.example");
  await refused(send({ ConfigurationSetName: "none" }), NotFoundException, "<none> does not exist");
  await refused(send({ EmailTags: [{ Name: "bad name", Value: "x" }] }), BadRequestException, "EmailTags");
  await refused(send({}, Buffer.from("Subject: no author\r\n\r\nx")), BadRequestException, "From");
  const many = Array.from({ length: 51 }, (_, place) => `${place}@there.example`);
  await refused(send({ Destination: { ToAddresses: many } }), BadRequestException, "50");
  expect(delivered).toEqual([]);
});

test("a subdomain of an identity may send, a name that merely ends alike may not", async () => {
  await send({ FromEmailAddress: undefined }, Buffer.from("From: a@news.here.example\r\n\r\nx"));
  expect(delivered).toHaveLength(1);
  await expect(send({}, Buffer.from("From: a@nothere.example\r\n\r\nx"))).rejects.toBeInstanceOf(
    MessageRejected,
  );
});

test("throttling and refusals last as told and raise the SDK's exceptions", async () => {
  inForce(
    { effect: "throttle", times: 1 },
    { effect: "refuse", exception: "AccountSuspendedException", times: 1 },
    { effect: "refuse", exception: "SendingPausedException", times: 1 },
    { effect: "error", times: 1 },
  );
  await expect(send()).rejects.toBeInstanceOf(TooManyRequestsException);
  await expect(send()).rejects.toBeInstanceOf(AccountSuspendedException);
  await expect(send()).rejects.toBeInstanceOf(SendingPausedException);
  await expect(send()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  expect(delivered).toEqual([]);
  await send();
  expect(delivered).toHaveLength(1);
});

test("a lost answer leaves the mail delivered and its events published", async () => {
  inForce({ effect: "lose-answer", times: 1 });
  const tag = `lost-${Date.now()}`;
  const error: { $metadata?: { httpStatusCode?: number } } = await send({
    EmailTags: [{ Name: "message-id", Value: tag }],
  }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error.$metadata?.httpStatusCode).toBeUndefined();
  expect(delivered).toHaveLength(1);
  const id = delivered[0]?.from.split("@")[0];
  const records = await eventsOf(id, 2);
  expect(records.map(({ eventType, mail }) => [eventType, mail.tags["message-id"]])).toEqual([
    ["Send", [tag]],
    ["Delivery", [tag]],
  ]);
});

test("a time-out accepts nothing", async () => {
  inForce({ effect: "timeout", times: 1 });
  await expect(send()).rejects.toMatchObject({ name: "TimeoutError" });
  expect(delivered).toEqual([]);
});

test("a fault for one recipient leaves others alone; a bounce is told, not answered", async () => {
  inForce({ effect: "bounce", recipient: "gone@there.example" });
  const { MessageId } = await send({
    Destination: { ToAddresses: ["gone@there.example", "to@there.example"] },
  });
  expect(delivered.map(({ to }) => to)).toEqual([["to@there.example"]]);
  const records = await eventsOf(MessageId, 3);
  expect(records.map(({ eventType }) => eventType)).toEqual(["Send", "Delivery", "Bounce"]);
  expect(records[2]?.bounce?.bouncedRecipients).toMatchObject([{ emailAddress: "gone@there.example" }]);
});

test("a delay is told, and the mail arrives", async () => {
  inForce({ effect: "delay" });
  const { MessageId } = await send();
  const records = await eventsOf(MessageId, 3);
  expect(records.map(({ eventType }) => eventType)).toEqual(["Send", "DeliveryDelay", "Delivery"]);
  expect(records[1]?.deliveryDelay).toMatchObject({
    delayType: "TransientCommunicationFailure",
    delayedRecipients: [{ emailAddress: "to@there.example", status: "4.4.1" }],
  });
  expect(delivered).toHaveLength(1);
});

test("a configuration set without destinations tells nobody", async () => {
  const { MessageId: silent } = await send({ ConfigurationSetName: "silent" });
  const { MessageId: told } = await send();
  expect(await eventsOf(told, 2)).toHaveLength(2);
  expect(seen).toContain(told);
  expect(seen).not.toContain(silent);
});
