import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { SmtpClient } from "./smtp-client.ts";
import {
  messageFrom,
  plain,
  type SmtpAccount,
  type SmtpService,
  type SmtpSettings,
  startSmtpService,
} from "./smtp-service.ts";
import { settableClock } from "./test-table.ts";

/** The SMTP door and an account for the tests of a file; before each all clients are gone, and the queue is empty. */
export function useSmtpDoor(settings: SmtpSettings = {}) {
  const clock = settableClock(Date.UTC(2026, 0, 31, 12));
  const open: SmtpClient[] = [];
  let service: SmtpService;
  let account: SmtpAccount;

  beforeAll(async () => {
    service = await startSmtpService(clock, settings);
    account = await service.account();
  });
  beforeEach(async () => {
    for (const client of open.splice(0)) client.end();
    await expect.poll(() => service.door.connections()).toBe(0);
    service.takeJobs();
  });
  afterAll(() => service.stop());

  /** A client that is ended after the test, if it has not been before. */
  async function kept(connecting: Promise<SmtpClient>): Promise<SmtpClient> {
    const client = await connecting;
    open.push(client);
    return client;
  }
  return {
    clock,
    get service() {
      return service;
    },
    get account() {
      return account;
    },
    kept,
    /** Those that are kept. */
    clients: open,
    /** A client that has been greeted. */
    async connect(): Promise<SmtpClient> {
      const client = await kept(SmtpClient.connect(service.door.port));
      expect((await client.reply()).text).toBe("220 smtp.postern.example ESMTP");
      return client;
    },
    loggedIn: (of: { token: string } = account, port?: number) => kept(service.loggedIn(of, port)),
    /** Tries to log in. @returns the reply, be it to the connection or to the login */
    login: async (token: string, port = service.door.tlsPort): Promise<[string, SmtpClient]> => {
      const client = await kept(SmtpClient.connectTls(port));
      return [await loginOf(client, token), client];
    },
    /** The commands before a message: from the account to one reader, unless said otherwise. */
    envelope: (from = account.domain, ...to: string[]) => envelopeOf(from, ...to),
    /** Says them, from that account's domain. */
    begin: async (client: SmtpClient, { domain } = account): Promise<void> => {
      await client.sayAll(...envelopeOf(domain));
    },
    /** Sends a message. @returns the last reply */
    async send(client: SmtpClient, message = messageFrom(account)): Promise<string> {
      await client.sayAll(...envelopeOf(account.domain));
      return (await client.say(`${message}.`)).text;
    },
  };
}

async function loginOf(client: SmtpClient, token: string): Promise<string> {
  const greeting = await client.reply();
  if (greeting.code !== 220) return greeting.text;
  await client.say("EHLO a.example");
  return (await client.say(`AUTH PLAIN ${plain("api", token)}`)).text;
}

function envelopeOf(from: string, ...to: string[]): string[] {
  const addresses = to.length > 0 ? to : ["reader@example.net"];
  return [`MAIL FROM:<billing@${from}>`, ...addresses.map((address) => `RCPT TO:<${address}>`), "DATA"];
}
