import { describe, expect, it } from "vitest";
import { brokenCalls } from "../support/broken-calls.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { useSmtpDoor } from "../support/smtp-door.ts";
import { mebibyte, messageOfSize, plain } from "../support/smtp-service.ts";

const smtp = useSmtpDoor();
const { begin, loggedIn, login } = smtp;

describe("trouble of ours", () => {
  const faults = [
    ["the queue", { sdk: "sqs", command: "SendMessageBatchCommand", when: "before" }, 1_000],
    ["the queue's answer", { sdk: "sqs", command: "SendMessageBatchCommand", when: "after" }, 1_000],
    ["the bucket", { sdk: "s3", command: "UploadPartCommand", when: "before" }, 12 * mebibyte],
    ["the quota", { sdk: "dynamo", command: "UpdateItemCommand", when: "before" }, 1_000],
  ] as const;

  it.each(faults)(
    "with %s is a temporary refusal; nothing is billed, and the next try succeeds",
    async (_, at, bytes) => {
      const own = await smtp.service.account({ messageBytes: 20 * mebibyte });
      const broken = brokenCalls(smtp.service);
      const client = await loggedIn(own);
      broken.fail(at);
      await begin(client, own);
      await client.writeAll(messageOfSize(bytes, own));
      expect((await client.say(".")).text).toBe("451 4.3.0 Internal server error");
      broken.mend();
      expect((await smtp.service.quota.usage(own.accountId))?.used).toBe(0);
      await begin(client, own);
      await client.writeAll(messageOfSize(bytes, own));
      expect((await client.say(".")).code).toBe(250);
      expect((await smtp.service.quota.usage(own.accountId))?.used).toBe(1);
    },
  );

  it("at the login is temporary too", async () => {
    const own = await smtp.service.account();
    const broken = brokenCalls(smtp.service);
    broken.fail({ sdk: "dynamo", command: "QueryCommand", when: "before" });
    const [reply, client] = await login(own.token);
    broken.mend();
    expect(reply).toBe("451 4.3.0 Internal server error");
    expect((await client.say(`AUTH PLAIN ${plain("api", own.token)}`)).code).toBe(235);
  });
});

describe("a client that goes away", () => {
  it("in the middle of a message leaves nothing behind", async () => {
    const own = await smtp.service.account({ messageBytes: 20 * mebibyte });
    const client = await loggedIn(own);
    await begin(client, own);
    await client.writeAll(messageOfSize(12 * mebibyte, own));
    client.end();
    await expect.poll(() => smtp.service.door.connections()).toBe(0);
    expect(smtp.service.takeJobs()).toEqual([]);
    expect((await smtp.service.quota.usage(own.accountId))?.used).toBe(0);
  });

  it("while it logs in is not counted for ever", async () => {
    const own = await smtp.service.account();
    for (let count = 0; count < 11; count++) {
      const client = await SmtpClient.connectTls(smtp.service.door.tlsPort);
      await client.reply();
      await client.say("EHLO a.example");
      client.write(`AUTH PLAIN ${plain("api", own.token)}\r\n`);
      client.end();
      await expect.poll(() => smtp.service.door.connections()).toBe(0);
    }
    await expect.poll(async () => (await login(own.token))[0]).toMatch(/^235 /);
  });
});
