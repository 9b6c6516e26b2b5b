import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { SmtpClient } from "./smtp-client.ts";
import { messageFrom, type SmtpAccount, type SmtpService, startSmtpService } from "./smtp-service.ts";
import { settableClock } from "./test-table.ts";

/** The SMTP door and an account for the tests of a file; before each all clients are gone, and the queue is empty. */
export function useSmtpDoor() {
  const clock = settableClock(Date.UTC(2026, 0, 31, 12));
  const open: SmtpClient[] = [];
  let service: SmtpService;
  let account: SmtpAccount;

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

  /** A client that is ended after the test, if it has not been before. */
  async function kept(connecting: Promise<SmtpClient>): Promise<SmtpClient> {
    const client = await connecting;
    open.push(client);
    return client;
  }
  const envelope = (from = account.domain, ...to: string[]) => [
    `MAIL FROM:<billing@${from}>`,
    ...(to.length > 0 ? to : ["reader@example.net"]).map((address) => `RCPT TO:<${address}>`),
    "DATA",
  ];

  return {
    clock,
    get service() {
      return service;
    },
    get account() {
      return account;
    },
    kept,
    /** A client that has been greeted. */
    async connect(): Promise<SmtpClient> {
      const client = await kept(SmtpClient.connect(service.door.port));
      expect((await client.reply()).text).toBe("220 smtp.postern.example ESMTP");
      return client;
    },
    loggedIn: (of: { token: string } = account, port?: number) => kept(service.loggedIn(of, port)),
    /** The commands before a message: from the account to one reader, unless said otherwise. */
    envelope,
    /** Sends a message. @returns the last reply */
    async send(client: SmtpClient, message = messageFrom(account)): Promise<string> {
      await client.sayAll(...envelope());
      return (await client.say(`${message}.`)).text;
    },
  };
}
