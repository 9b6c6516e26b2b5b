import { describe, expect, it } from "vitest";
import { SmtpClient } from "../support/smtp-client.ts";
import { useSmtpDoor } from "../support/smtp-door.ts";
import { messageFrom, plain } from "../support/smtp-service.ts";

const smtp = useSmtpDoor();
const { connect, envelope, kept, loggedIn, send } = smtp;

async function secure(): Promise<SmtpClient> {
  const client = await connect();
  await client.sayAll("EHLO client.example", "STARTTLS");
  await client.upgrade();
  await client.say("EHLO client.example");
  return client;
}

describe("a client that has not logged in", () => {
  it("is offered STARTTLS and no AUTH before TLS, AUTH afterwards", async () => {
    const client = await connect();
    expect((await client.say("EHLO client.example")).lines).toEqual([
      "250-smtp.postern.example",
      "250-PIPELINING",
      "250-8BITMIME",
      "250-SMTPUTF8",
      "250-ENHANCEDSTATUSCODES",
      "250-STARTTLS",
      "250 SIZE 31457280",
    ]);
    await client.say("STARTTLS");
    await client.upgrade();
    expect((await client.say("EHLO client.example")).lines).toEqual([
      "250-smtp.postern.example",
      "250-PIPELINING",
      "250-8BITMIME",
      "250-SMTPUTF8",
      "250-ENHANCEDSTATUSCODES",
      "250-AUTH PLAIN LOGIN",
      "250 SIZE 31457280",
    ]);
  });

  it("cannot log in without TLS", async () => {
    const client = await connect();
    await client.say("EHLO client.example");
    expect((await client.say(`AUTH PLAIN ${plain("api", smtp.account.token)}`)).code).toBe(538);
    expect((await client.say("AUTH LOGIN")).code).toBe(538);
  });

  it.each(["MAIL FROM:<a@b.example>", "RCPT TO:<a@b.example>", "DATA"])(
    "is told so at %s",
    async (command) => {
      for (const client of [await connect(), await secure()]) {
        await client.say("EHLO client.example");
        expect((await client.say(command)).text).toBe("530 5.7.1 Authentication required");
      }
    },
  );

  it.each([
    ["another user", () => plain("till", smtp.account.token)],
    ["an unknown token", () => plain("api", "0".repeat(32))],
    ["no token", () => plain("api", "")],
  ])("is refused with %s", async (_, credentials) => {
    const client = await secure();
    expect((await client.say(`AUTH PLAIN ${credentials()}`)).text).toBe(
      "535 5.7.0 Invalid login or password",
    );
  });

  it("may try five times", async () => {
    const client = await secure();
    const wrong = `AUTH PLAIN ${plain("api", "wrong")}`;
    for (let tries = 0; tries < 4; tries++) expect((await client.say(wrong)).code).toBe(535);
    expect((await client.say(wrong)).text).toBe("421 4.7.0 Too many errors or commands");
    expect(await client.rest()).toBe("");
  });

  it("of a banned account is told that", async () => {
    const banned = await smtp.service.account({ status: "banned" });
    const client = await secure();
    expect((await client.say(`AUTH PLAIN ${plain("api", banned.token)}`)).text).toBe(
      "535 5.7.0 Account is banned",
    );
  });

  it("of an account whose month is spent is told that, and may come back some seconds after it has more", async () => {
    const spent = await smtp.service.account({ monthLimit: 1 });
    await smtp.service.quota.reserve({
      accountId: spent.accountId,
      submissionId: crypto.randomUUID(),
      count: 1,
    });
    const client = await secure();
    const login = `AUTH PLAIN ${plain("api", spent.token)}`;
    expect((await client.say(login)).text).toBe("535 5.7.0 Monthly messages limit reached");
    await smtp.service.quota.changePlan(spent.accountId, { name: "more", monthLimit: 2, dayLimit: 100 });
    smtp.clock.advance(5_001);
    expect((await client.say(login)).code).toBe(235);
  });
});

describe("logging in", () => {
  it("works with PLAIN, in one step or two", async () => {
    const credentials = plain("api", smtp.account.token);
    expect((await (await secure()).say(`AUTH PLAIN ${credentials}`)).text).toMatch(/^235 2\.7\.0 /);
    expect((await (await secure()).sayAll("AUTH PLAIN", credentials)).code).toBe(235);
  });

  it("works with LOGIN, in two steps or three", async () => {
    const [user, password] = ["api", smtp.account.token].map((text) => Buffer.from(text).toString("base64"));
    expect((await (await secure()).sayAll("AUTH LOGIN", user ?? "", password ?? "")).code).toBe(235);
    expect((await (await secure()).sayAll(`AUTH LOGIN ${user}`, password ?? "")).code).toBe(235);
  });

  it("works once", async () => {
    const client = await loggedIn();
    expect((await client.say(`AUTH PLAIN ${plain("api", smtp.account.token)}`)).code).toBe(503);
    expect(await send(client)).toMatch(/^250 /);
  });

  it("shows the account's own size to who asks again", async () => {
    const small = await smtp.service.account({ messageBytes: 5_000 });
    const client = await loggedIn(small);
    expect((await client.say("EHLO client.example")).lines).toContain("250 SIZE 5000");
  });
});

describe("a message", () => {
  it("is answered with its id once it is queued", async () => {
    const client = await loggedIn();
    const text = await send(client);
    const [job, ...others] = smtp.service.takeJobs();

    expect(others).toEqual([]);
    expect(text).toBe(`250 2.0.0 Ok: queued as ${job?.recipients[0]?.messageId}`);
    expect(job).toMatchObject({
      accountId: smtp.account.accountId,
      stream: "transactional",
      domainName: smtp.account.domain,
      clientIp: "127.0.0.1",
      content: { from: `billing@${smtp.account.domain}`, subject: "Receipt" },
      recipients: [{ email: "reader@example.net", kind: "to" }],
    });
    expect(job && (await smtp.service.messageOf(job))).toBe(messageFrom(smtp.account));
  });

  it("is one message, and one billed email, for each recipient", async () => {
    const own = await smtp.service.account();
    const client = await loggedIn(own);
    await client.sayAll(
      ...envelope(own.domain, "reader@example.net", "copy@example.net", "blind@example.net"),
    );
    await client.say(`${messageFrom(own, "Hi\r\n", "Cc: <COPY@example.net>\r\n")}.`);
    const [job] = smtp.service.takeJobs();

    expect(job?.recipients.map(({ email, kind }) => [email, kind])).toEqual([
      ["reader@example.net", "to"],
      ["copy@example.net", "cc"],
      ["blind@example.net", "bcc"],
    ]);
    expect((await smtp.service.quota.usage(own.accountId))?.used).toBe(3);
  });

  it("goes to the stream of the port, or of the server name", async () => {
    const viaPort = await kept(SmtpClient.connect(smtp.service.door.bulkPort));
    await viaPort.reply();
    await viaPort.sayAll("EHLO a.example", "STARTTLS");
    await viaPort.upgrade();
    await viaPort.sayAll("EHLO a.example", `AUTH PLAIN ${plain("api", smtp.account.token)}`);
    await send(viaPort);
    const viaName = await kept(
      SmtpClient.connectTls(smtp.service.door.tlsPort, { servername: "Bulk.smtp.postern.example" }),
    );
    await viaName.reply();
    await viaName.sayAll("EHLO a.example", `AUTH PLAIN ${plain("api", smtp.account.token)}`);
    await send(viaName);
    const named = await connect();
    await named.sayAll("EHLO a.example", "STARTTLS");
    await named.upgrade({ servername: "bulk.smtp.postern.example" });
    await named.sayAll("EHLO a.example", `AUTH PLAIN ${plain("api", smtp.account.token)}`);
    await send(named);

    expect(smtp.service.takeJobs().map(({ stream }) => stream)).toEqual(["bulk", "bulk", "bulk"]);
  });

  it("may have 1,000 recipients and no more", async () => {
    const client = await loggedIn();
    await client.say(`MAIL FROM:<a@${smtp.account.domain}>`);
    client.write(Array.from({ length: 1_001 }, (_, place) => `RCPT TO:<r${place}@example.net>\r\n`).join(""));
    for (let place = 0; place < 1_000; place++) expect((await client.reply()).code).toBe(250);
    expect((await client.reply()).text).toBe("452 4.5.3 Too many recipients");
    await client.say("DATA");
    expect((await client.say(`${messageFrom(smtp.account)}.`)).code).toBe(250);
    expect(smtp.service.takeJobs().flatMap(({ recipients }) => recipients)).toHaveLength(1_000);
  });

  it("loses Bcc, Return-Path and our own fields, which are obeyed", async () => {
    const client = await loggedIn();
    const fields =
      "Bcc: blind@example.net\r\nX-MT-Category: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\nReturn-Path: <x@y.example>\r\n" +
      'X-MT-Custom-Variables: {"order": 771,\r\n "vip":true}\r\n';
    await send(client, messageFrom(smtp.account, "Hi\r\n", fields));
    const [job] = smtp.service.takeJobs();

    expect(job).toMatchObject({ category: "Grüße", customVariables: { order: "771", vip: "true" } });
    expect(job && (await smtp.service.messageOf(job))).toBe(messageFrom(smtp.account, "Hi\r\n"));
  });

  it.each([
    ["no JSON", "X-MT-Custom-Variables: {order}\r\n"],
    ["no object", "X-MT-Custom-Variables: [1]\r\n"],
    ["more than 1,000 bytes", `X-MT-Custom-Variables: {"a":"${"x".repeat(995)}"}\r\n`],
    ["repeated", 'X-MT-Custom-Variables: {"a":"1"}\r\nX-MT-Custom-Variables: {"b":"1"}\r\n'],
  ])("goes out without custom variables that are %s", async (_, field) => {
    const client = await loggedIn();
    expect(await send(client, messageFrom(smtp.account, "Hi\r\n", field))).toMatch(/^250 /);
    expect(smtp.service.takeJobs()[0]?.customVariables).toBeUndefined();
  });

  it("is billed only if it is queued", async () => {
    const own = await smtp.service.account();
    const client = await loggedIn(own);
    await client.sayAll(...envelope(own.domain));
    expect((await client.say(`${messageFrom({ domain: "other.example" })}.`)).code).toBe(550);
    expect((await smtp.service.quota.usage(own.accountId))?.used).toBe(0);
    expect(smtp.service.takeJobs()).toEqual([]);
  });

  it("beyond the quota is refused, and later ones of the connection too", async () => {
    const own = await smtp.service.account({ monthLimit: 1 });
    const client = await loggedIn(own);
    for (const reply of [/^250 2\.0\.0 Ok/, /^535 5\.7\.0 Monthly messages limit reached$/]) {
      await client.sayAll(...envelope(own.domain));
      expect((await client.say(`${messageFrom(own)}.`)).text).toMatch(reply);
    }
  });

  it("counts for the rate limit, and may be tried again", async () => {
    const own = await smtp.service.account({ requestsPer10Seconds: 2 });
    const client = await loggedIn(own);
    const replies: string[] = [];
    for (let count = 0; count < 3; count++) {
      await client.sayAll(...envelope(own.domain));
      replies.push((await client.say(`${messageFrom(own)}.`)).text);
    }
    expect(replies[1]).toMatch(/^250 /);
    expect(replies[2]).toBe("451 4.7.0 Rate limit exceeded");
    smtp.clock.advance(10_000);
    await client.sayAll(...envelope(own.domain));
    expect((await client.say(`${messageFrom(own)}.`)).code).toBe(250);
  });
});
