import { describe, expect, it } from "vitest";
import { startGateway } from "../support/gateway-process.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { useSmtpDoor } from "../support/smtp-door.ts";
import { messageFrom } from "../support/smtp-service.ts";

const smtp = useSmtpDoor({ limits: { connectionsPerAddress: 12 } });
const { begin, clients, kept, loggedIn, login } = smtp;

describe("an account", () => {
  it("has ten connections and no more, over all processes, and another when one has ended", async () => {
    const own = await smtp.service.account();
    const other = await smtp.service.openDoor();
    for (let count = 0; count < 5; count++) {
      expect((await login(own.token))[0]).toMatch(/^235 /);
      expect((await login(own.token, other.tlsPort))[0]).toMatch(/^235 /);
    }
    for (const port of [smtp.service.door.tlsPort, other.tlsPort]) {
      const [refusal, client] = await login(own.token, port);
      expect(refusal).toBe("535 5.7.8 Too many connections per account");
      client.end();
    }
    clients.shift()?.end();
    await expect
      .poll(async () => {
        const [reply, client] = await login(own.token, other.tlsPort);
        if (!reply.startsWith("235")) client.end();
        return reply;
      })
      .toMatch(/^235 /);
    await other.stop(0);
  });

  it("has as many as the operator has given it", async () => {
    const own = await smtp.service.account();
    await smtp.service.accounts.setLimits(own.accountId, { smtpConnections: 2 });
    for (let count = 0; count < 2; count++) expect((await login(own.token))[0]).toMatch(/^235 /);
    expect((await login(own.token))[0]).toBe("535 5.7.8 Too many connections per account");
  });

  it("has as many messages on one as the operator has given it", async () => {
    const own = await smtp.service.account();
    await smtp.service.accounts.setLimits(own.accountId, { smtpMessagesPerConnection: 1 });
    const client = await loggedIn(own);
    await begin(client, own);
    expect((await client.say(`${messageFrom(own)}.`)).code).toBe(250);
    expect((await client.say(`MAIL FROM:<a@${own.domain}>`)).code).toBe(421);
  });

  it("keeps the connections of a dead process for a minute", async () => {
    const own = await smtp.service.account();
    const dead = await smtp.service.openDoor({ limits: { connectionsPerAddress: 100 } });
    for (let count = 0; count < 10; count++) await login(own.token, dead.tlsPort);
    const [refusal, refused] = await login(own.token);
    expect(refusal).toMatch(/^(535 5\.7\.8|421 4\.7\.0) /);
    refused.end();
    smtp.clock.advance(61_000);
    expect((await login(own.token))[0]).toMatch(/^235 /);
    await dead.stop(0);
  });
});

describe("an address", () => {
  it("has its connections and no more, known or not, and others when those have ended", async () => {
    for (let count = 0; count < 12; count++) {
      const client = await kept(SmtpClient.connect(smtp.service.door.port));
      expect((await client.reply()).code).toBe(220);
    }
    const one = await SmtpClient.connect(smtp.service.door.port);
    expect(await one.rest()).toBe("421 4.7.0 Too many connections per IP address\r\n");
    for (const client of clients.splice(0)) client.end();
    await expect.poll(() => smtp.service.door.connections()).toBe(0);
    const client = await kept(SmtpClient.connect(smtp.service.door.port));
    await expect.poll(async () => (await client.reply()).code).toBe(220);
  });
});

describe("an address of which the deployment allows another number of connections", () => {
  it("has so many and no more", async () => {
    const gateway = await startGateway(smtp.service, { SMTP_CONNECTIONS_PER_ADDRESS: "2" });
    const greetings: number[] = [];
    for (let count = 0; count < 3; count++) {
      const client = await kept(SmtpClient.connect(gateway.smtpPort));
      greetings.push((await client.reply()).code);
    }
    expect(greetings).toEqual([220, 220, 421]);
    await gateway.kill();
  });
});

describe("a connection", () => {
  it("takes a hundred messages; the 101st is refused, and another connection takes it", async () => {
    const client = await loggedIn();
    for (let count = 0; count < 100; count++) {
      await begin(client);
      expect((await client.say(`${messageFrom(smtp.account)}.`)).code).toBe(250);
    }
    expect((await client.say(`MAIL FROM:<a@${smtp.account.domain}>`)).text).toBe(
      "421 4.7.0 Too many messages per connection",
    );
    expect(await client.rest()).toBe("");
    expect(smtp.service.takeJobs()).toHaveLength(100);
    expect((await (await loggedIn()).say(`MAIL FROM:<a@${smtp.account.domain}>`)).code).toBe(250);
  });

  it("is of no use once its token is revoked", async () => {
    const own = await smtp.service.account();
    const client = await loggedIn(own);
    await smtp.service.accounts.setStatus(own.accountId, "banned");
    await begin(client, own);
    expect((await client.say(`${messageFrom(own)}.`)).text).toBe("535 5.7.0 Account is banned");
  });
});
