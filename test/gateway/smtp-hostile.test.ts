import { describe, expect, it } from "vitest";
import { SmtpClient } from "../support/smtp-client.ts";
import { useSmtpDoor } from "../support/smtp-door.ts";
import { messageFrom, plain } from "../support/smtp-service.ts";

const smtp = useSmtpDoor();
const { connect, kept, loggedIn } = smtp;

async function inData(): Promise<SmtpClient> {
  const client = await loggedIn();
  await client.sayAll(`MAIL FROM:<a@${smtp.account.domain}>`, "RCPT TO:<reader@example.net>", "DATA");
  return client;
}

/** What would be a second message, if something ended the first. */
const smuggled = (eol: string) =>
  [
    `MAIL FROM:<evil@${smtp.account.domain}>`,
    "RCPT TO:<victim@example.net>",
    "DATA",
    `From: evil@${smtp.account.domain}`,
    "",
    "x",
  ].join(eol);

const endings = [
  "\n.\n",
  "\n.\r\n",
  "\r\n.\n",
  "\r.\r",
  "\r\n.\r",
  "\r.\r\n",
  "\n.\r",
  "\r.\n",
  "\r\n.\r\r\n",
  "\r\n\0.\r\n",
  "\r\n.\0\r\n",
  "\r\n. \r\n",
  "\n\n.\n\n",
  "\r\n.\x0b\r\n",
  "\x85.\x85",
];

describe("data that looks like its own end (SMTP smuggling)", () => {
  it.each(endings)("%j ends no message", async (ending) => {
    for (const eol of ["\r\n", "\n"]) {
      const client = await inData();
      client.write(`${messageFrom(smtp.account, `first${ending}${smuggled(eol)}`)}\r\n.\r\n`);
      const { code } = await client.reply();
      expect([250, 550]).toContain(code);
      // The very next reply answers the very next command.
      expect((await client.say("NOOP")).text).toBe("250 2.0.0 OK");
      const jobs = smtp.service.takeJobs();
      expect(jobs).toHaveLength(code === 250 ? 1 : 0);
      for (const { recipients } of jobs)
        expect(recipients.map(({ email }) => email)).toEqual(["reader@example.net"]);
      client.end();
    }
  });

  it("ends no message either when the network cuts it anywhere", async () => {
    const data = `${messageFrom(smtp.account, `first\n.\r\n${smuggled("\r\n")}`)}\r\n.\r\n`;
    const start = data.indexOf("first");
    for (let cut = start + 4; cut < start + 12; cut++) {
      const client = await inData();
      client.write(data.slice(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      client.write(data.slice(cut));
      expect((await client.reply()).code).toBe(250);
      expect((await client.say("NOOP")).code).toBe(250);
      expect(smtp.service.takeJobs()).toHaveLength(1);
      client.end();
    }
  });

  it("is content: a line with a dot stays one", async () => {
    const client = await inData();
    client.write(messageFrom(smtp.account, "one\r\n..\r\n...two\r\nthree\n.\nfour\r\n.\r\n"));
    await client.reply();
    const [job] = smtp.service.takeJobs();
    expect(job && (await smtp.service.messageOf(job))).toBe(
      messageFrom(smtp.account, "one\r\n.\r\n..two\r\nthree\r\n.\r\nfour\r\n"),
    );
  });

  it.each([
    ["NUL", "a\0b\r\n"],
    ["a CR alone", "a\rb\r\n"],
    ["a line of 70,000 bytes", `${"x".repeat(70_000)}\r\n`],
  ])("with %s is refused, and the connection goes on", async (_, body) => {
    const client = await inData();
    expect((await client.say(`${messageFrom(smtp.account, body)}.`)).text).toMatch(
      /^550 5\.6\.0 message (contains|has)/,
    );
    await client.sayAll(`MAIL FROM:<a@${smtp.account.domain}>`, "RCPT TO:<reader@example.net>", "DATA");
    expect((await client.say(`${messageFrom(smtp.account)}.`)).code).toBe(250);
  });

  it("may be empty, or have no header, and is refused then", async () => {
    for (const data of [".", "\r\n.", "Hello\r\n."]) {
      const client = await inData();
      expect((await client.say(data)).text).toMatch(/^550 5\.6\.0 message /);
      client.end();
    }
  });
});

describe("what a client sends before TLS is up (command injection, CVE-2011-0411)", () => {
  it("in one piece with STARTTLS is forgotten", async () => {
    const client = await connect();
    await client.say("EHLO a.example");
    client.write(
      `STARTTLS\r\nEHLO evil.example\r\nAUTH PLAIN ${plain("api", smtp.account.token)}\r\nRSET\r\n`,
    );
    expect((await client.reply()).code).toBe(220);
    await client.upgrade();
    expect((await client.say("NOOP")).text).toBe("250 2.0.0 OK");
    expect((await client.say(`MAIL FROM:<a@${smtp.account.domain}>`)).text).toBe(
      "503 5.5.1 Error: send HELO/EHLO first",
    );
    await client.say("EHLO a.example");
    expect((await client.say(`MAIL FROM:<a@${smtp.account.domain}>`)).code).toBe(530);
  });

  it("in one piece with STARTTLS, hundreds of lines of it, is forgotten", async () => {
    const client = await connect();
    await client.say("EHLO a.example");
    client.write(`STARTTLS\r\n${"NOOP\r\n".repeat(500)}`);
    expect((await client.reply()).code).toBe(220);
    await client.upgrade();
    expect((await client.say("EHLO a.example")).lines[0]).toBe("250-smtp.postern.example");
  });

  it("as half a line is forgotten", async () => {
    const client = await connect();
    await client.say("EHLO a.example");
    client.write("STARTTLS\r\nNO");
    await client.reply();
    await client.upgrade();
    expect((await client.say("OP")).code).toBe(500);
  });

  it("is no identity afterwards", async () => {
    const client = await connect();
    await client.sayAll("EHLO a.example", "STARTTLS");
    await client.upgrade();
    expect((await client.say(`AUTH PLAIN ${plain("api", smtp.account.token)}`)).code).toBe(503);
  });

  it("and before the greeting is answered with the end", async () => {
    const client = await kept(SmtpClient.connect(smtp.service.door.port));
    client.write("EHLO a.example\r\n");
    expect(await client.rest()).toMatch(/^421 .*You talk too soon\r\n$/);
  });

  it("cannot begin TLS twice", async () => {
    const client = await loggedIn();
    expect((await client.say("STARTTLS")).code).toBe(503);
  });
});

describe("commands", () => {
  it.each([
    [
      "longer than 4 KiB",
      `MAIL FROM:<${"a".repeat(5_000)}@b.example>\r\n`,
      /^421 4\.4\.2 Error: Command line too long/,
    ],
    ["without end", "A".repeat(100_000), /^421 4\.4\.2 Error: Command line too long/],
    ["of HTTP", "POST / HTTP/1.1\r\nHost: a\r\n\r\n", /^421 4\.4\.2 HTTP requests not allowed/],
    ["that mean nothing", "NONSENSE\r\n".repeat(20), /421 4\.4\.2 Error: too many unrecognized commands/],
    [
      "in TLS before it is up",
      "\x16\x03\x01\x02\x00\x01\r\n".repeat(20),
      /421 4\.4\.2 Error: too many unrecognized commands/,
    ],
  ])("%s are the end of the connection", async (_, data, reply) => {
    const client = await connect();
    client.write(data);
    expect(await client.rest()).toMatch(reply);
  });

  it.each(["RSET", "NOOP", "EHLO a.example", "VRFY a", "HELP"])(
    "%s may come a hundred times between two messages",
    async (command) => {
      const client = await loggedIn();
      client.write(`${command}\r\n`.repeat(200));
      const said = await client.rest();
      expect(said).toMatch(/421 4\.7\.0 Too many errors or commands\r\n$/);
      expect(said.match(/^250 |^252 |^214 /gm)?.length).toBeLessThanOrEqual(100);
    },
  );

  it("RCPT may fail a hundred times", async () => {
    const client = await loggedIn();
    await client.say(`MAIL FROM:<a@${smtp.account.domain}>`);
    client.write("RCPT TO:<a@b>\r\n".repeat(200));
    expect(await client.rest()).toMatch(/^(553 .*\r\n){101}421 4\.7\.0 Too many errors or commands\r\n$/);
  });

  it("may all come at once (RFC 2920)", async () => {
    const client = await loggedIn();
    const one = `MAIL FROM:<a@${smtp.account.domain}>\r\nRCPT TO:<reader@example.net>\r\nDATA\r\n${messageFrom(smtp.account)}.\r\n`;
    client.write(`${one}${one}RSET\r\n${one}QUIT\r\n`);
    const codes = (await client.rest())
      .trim()
      .split("\r\n")
      .map((line) => line.slice(0, 3));
    const message = ["250", "250", "354", "250"];
    expect(codes).toEqual([...message, ...message, "250", ...message, "221"]);
    expect(smtp.service.takeJobs()).toHaveLength(3);
  });

  it("after QUIT are not read", async () => {
    const client = await loggedIn();
    client.write(`QUIT\r\nMAIL FROM:<a@${smtp.account.domain}>\r\n`);
    expect(await client.rest()).toBe("221 2.0.0 Bye\r\n");
  });

  it.each([
    ["RCPT before MAIL", ["RCPT TO:<a@b.example>"], 503],
    ["DATA before RCPT", ["MAIL FROM:<a@DOMAIN>", "DATA"], 503],
    ["MAIL after MAIL", ["MAIL FROM:<a@DOMAIN>", "MAIL FROM:<a@DOMAIN>"], 503],
    ["RSET in between", ["MAIL FROM:<a@DOMAIN>", "RCPT TO:<a@b.example>", "RSET", "DATA"], 503],
    ["a size that is no number", ["MAIL FROM:<a@DOMAIN> SIZE=-1"], 501],
    ["a size given twice", ["MAIL FROM:<a@DOMAIN> SIZE=1 SIZE=2"], 501],
    ["a body of another kind", ["MAIL FROM:<a@DOMAIN> BODY=BINARYMIME"], 501],
    ["XCLIENT", ["XCLIENT ADDR=192.0.2.7"], 500],
    ["CR and LF in an encoded parameter", ["MAIL FROM:<a@DOMAIN> ENVID=a+0D+0Ab"], 501],
    ["NUL in an address", ["MAIL FROM:<a@DOMAIN>", "RCPT TO:<a\0@b.example>"], 501],
    ["BDAT, which was not offered", ["MAIL FROM:<a@DOMAIN>", "RCPT TO:<a@b.example>", "BDAT 3 LAST"], 500],
  ])("out of place: %s", async (_, lines, code) => {
    const client = await loggedIn();
    expect(
      (await client.sayAll(...lines.map((line) => line.replace("DOMAIN", smtp.account.domain)))).code,
    ).toBe(code);
    expect((await client.sayAll("RSET", "NOOP")).code).toBe(250);
  });
});
