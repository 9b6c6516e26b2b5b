import { CreateEmailIdentityCommand, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestEndpoint, type TestEndpoint } from "./aws/endpoint-test-kit.ts";
import { message, publicKey, sesClient, signing } from "./aws/ses-test-kit.ts";
import { type Mailbox, startMailbox } from "./mailbox.ts";
import { smtpFaults } from "./smtp-faults.ts";
import { type SmtpSink, startSmtpSink } from "./smtp-sink.ts";

let mailbox: Mailbox;
let endpoint: TestEndpoint;
let sink: SmtpSink;

beforeAll(async () => {
  mailbox = await startMailbox({ webPort: 0 });
  sink = await startSmtpSink({ mailbox, faults: smtpFaults() });
  endpoint = await startTestEndpoint({ mailbox });
});

afterAll(async () => {
  await endpoint.stop();
  await sink.stop();
  await mailbox.stop();
});

test("mail over SES and mail over SMTP meet in one mailbox, whole and with their envelopes", async () => {
  const ses = sesClient(endpoint.url);
  const identity = { EmailIdentity: "here.example", DkimSigningAttributes: signing };
  await ses.send(new CreateEmailIdentityCommand(identity));
  const Destination = { ToAddresses: ["ses@there.example"] };
  await ses.send(new SendEmailCommand({ Destination, Content: { Raw: { Data: message() } } }));
  const transport = createTransport({ host: sink.host, port: sink.port, tls: { ca: sink.certificate } });
  const envelope = { from: "return@here.example", to: ["smtp@there.example"] };
  await transport.sendMail({ envelope, raw: message() });
  transport.close();

  const response = await fetch(`${mailbox.url}/api/email`);
  const mails = (await response.json()) as { id: string; envelope: { to: { address: string }[] } }[];
  expect(mails.map(({ envelope }) => envelope.to[0]?.address)).toEqual([
    "ses@there.example",
    "smtp@there.example",
  ]);
  const [overSes, overSmtp] = await Promise.all(mails.map(({ id }) => sourceOf(id)));
  expect(overSmtp?.equals(message())).toBe(true);
  const { results } = await dkimVerify(overSes ?? "", {
    resolver: async () => [[`v=DKIM1; k=rsa; p=${publicKey}`]],
  });
  expect(results.map(({ status }) => status.result)).toEqual(["pass"]);
});

async function sourceOf(id: string): Promise<Buffer> {
  const response = await fetch(`${mailbox.url}/api/email/${id}/source`);
  return Buffer.from(await response.arrayBuffer());
}
