import { describe, expect, it } from "vitest";
import { useSmtpDoor } from "../support/smtp-door.ts";
import { messageFrom } from "../support/smtp-service.ts";

const smtp = useSmtpDoor();
const { envelope, loggedIn, send } = smtp;

describe("the sender", () => {
  it("must have a domain of the account's, and a compliant one", async () => {
    const other = await smtp.service.account();
    const own = await smtp.service.account({ domains: { "review.example": "under_review" } });
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
    const client = await loggedIn({ token: smtp.account.viewerToken });
    expect((await client.say(`MAIL FROM:<a@${smtp.account.domain}>`)).text).toBe(
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
    expect(await send(client, `${head.replaceAll("DOMAIN", smtp.account.domain)}\r\nBody\r\n`)).toBe(reply);
    expect(await send(client)).toMatch(/^250 /);
  });

  it("of a demo domain may write to the account's owner only", async () => {
    const demo = await smtp.service.account({ domains: { "demo.example": "demo" } });
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
    await client.say(`MAIL FROM:<a@${smtp.account.domain}> SMTPUTF8`);
    expect((await client.say(`RCPT TO:${address}`)).text).toBe(reply);
  });

  it("may have a domain in Unicode, which travels in A-labels", async () => {
    const client = await loggedIn();
    await client.sayAll(
      `MAIL FROM:<a@${smtp.account.domain}> SMTPUTF8`,
      "RCPT TO:<a@bücher.example>",
      "DATA",
    );
    await client.say(`${messageFrom(smtp.account, "Grüße\r\n", "X-Name: Jörg\r\n")}.`);
    const [job] = smtp.service.takeJobs();
    expect(job?.recipients[0]?.email).toBe("a@xn--bcher-kva.example");
    expect(job && Buffer.from(await smtp.service.messageOf(job), "latin1").toString()).toContain(
      "X-Name: Jörg\r\n\r\nGrüße",
    );
  });
});
