import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SmtpClient } from "../support/smtp-client.ts";
import {
  messageFrom,
  type SmtpAccount,
  type SmtpService,
  startSmtpService,
} from "../support/smtp-service.ts";
import { settableClock } from "../support/test-table.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
let service: SmtpService;
let account: SmtpAccount;
const open: SmtpClient[] = [];

beforeAll(async () => {
  service = await startSmtpService(clock);
  account = await service.account();
});
beforeEach(async () => {
  for (const client of open.splice(0)) client.end();
  await expect.poll(() => service.door.connections()).toBe(0);
  service.takeJobs();
});
afterAll(() => service.stop());

async function loggedIn(of = account, port?: number): Promise<SmtpClient> {
  const client = await service.loggedIn(of, port);
  open.push(client);
  return client;
}

const envelope = (from = account.domain, ...to: string[]) => [
  `MAIL FROM:<billing@${from}>`,
  ...(to.length > 0 ? to : ["reader@example.net"]).map((address) => `RCPT TO:<${address}>`),
  "DATA",
];

async function send(client: SmtpClient, message = messageFrom(account)): Promise<string> {
  await client.sayAll(...envelope());
  return (await client.say(`${message}.`)).text;
}

describe("the sender", () => {
  it("must have a domain of the account's, and a compliant one", async () => {
    const other = await service.account();
    const own = await service.account({ domains: { "review.example": "under_review" } });
    const client = await loggedIn(own);
    for (const domain of ["unknown.example", other.domain, "review.example", `sub.${own.domain}`]) {
      expect((await client.say(`MAIL FROM:<a@${domain}>`)).text).toBe(
        "550 5.7.1 Sending from domain is not allowed",
      );
    }
    expect((await client.say("MAIL FROM:<>")).text).toBe("550 5.7.1 Sending from domain is not allowed");
    expect((await client.say(`MAIL FROM:<a@${own.domain.toUpperCase()}>`)).code).toBe(250);
  });

  it("must be one that the token is admin of", async () => {
    const client = await loggedIn({ ...account, token: account.viewerToken });
    expect((await client.say(`MAIL FROM:<a@${account.domain}>`)).text).toBe(
      "550 5.7.1 Sending from domain is not allowed",
    );
  });

  it.each([
    [
      "another domain",
      "From: a@other.example\r\n",
      "550 5.7.1 From: Header does not match the sender's domain",
    ],
    ["a subdomain", "From: a@sub.DOMAIN\r\n", "550 5.7.1 From: Header does not match the sender's domain"],
    ["nobody", "Subject: S\r\n", "550 5.6.0 message must have exactly one From field"],
    [
      "two fields",
      "From: a@DOMAIN\r\nfrom: b@DOMAIN\r\n",
      "550 5.6.0 message must have exactly one From field",
    ],
    [
      "two people",
      "From: a@DOMAIN, b@DOMAIN\r\n",
      "550 5.6.0 message must have one valid address in its From field",
    ],
    [
      "a hidden field",
      "Subject: S\r\nFrom : a@DOMAIN\r\nFrom: b@other.example\r\n",
      "550 5.6.0 message must have exactly one From field",
    ],
  ])("may not be %s in the message", async (_, head, reply) => {
    const client = await loggedIn();
    expect(await send(client, `${head.replaceAll("DOMAIN", account.domain)}\r\nBody\r\n`)).toBe(reply);
    expect(await send(client)).toMatch(/^250 /);
  });

  it("of a demo domain may write to the account's owner only", async () => {
    const demo = await service.account({ domains: { "demo.example": "demo" } });
    const client = await loggedIn(demo);
    const to = async (address: string) => {
      await client.sayAll(...envelope("demo.example", address));
      return (await client.say(`${messageFrom({ domain: "demo.example" })}.`)).text;
    };
    expect(await to("reader@example.net")).toMatch(/^550 5\.7\.1 Demo domains can only/);
    expect(await to("Owner@example.net")).toMatch(/^250 /);
  });
});

describe("a recipient", () => {
  it.each([
    ["<a@b>", "553 5.1.3 Address is invalid"],
    ['<"a b"@example.net>', "501 5.1.3 Error: Bad recipient address syntax"],
    ["<a@[192.0.2.1]>", "553 5.1.3 Address is invalid"],
    ["<jörg@example.net>", "553 5.6.7 Address must not have non-ASCII characters before '@'"],
    ["a@example.net", "501 5.1.3 Error: Bad recipient address syntax"],
  ])("%s is refused", async (address, reply) => {
    const client = await loggedIn();
    await client.say(`MAIL FROM:<a@${account.domain}> SMTPUTF8`);
    expect((await client.say(`RCPT TO:${address}`)).text).toBe(reply);
  });

  it("may have a domain in Unicode, which travels in A-labels", async () => {
    const client = await loggedIn();
    await client.sayAll(`MAIL FROM:<a@${account.domain}> SMTPUTF8`, "RCPT TO:<a@bücher.example>", "DATA");
    await client.say(`${messageFrom(account, "Grüße\r\n", "X-Name: Jörg\r\n")}.`);
    const [job] = service.takeJobs();
    expect(job?.recipients[0]?.email).toBe("a@xn--bcher-kva.example");
    expect(job && Buffer.from(await service.messageOf(job), "latin1").toString()).toContain(
      "X-Name: Jörg\r\n\r\nGrüße",
    );
  });
});
