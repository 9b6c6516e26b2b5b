import { describe, it } from "vitest";
import { expectBoundedMemory, type Send } from "../support/gateway-memory.ts";
import { SmtpClient } from "../support/smtp-client.ts";
import { messageFrom, plain } from "../support/smtp-service.ts";

const send: Send = async (gateway, account, bytes) => {
  const client = await SmtpClient.connectTls(gateway.smtpsPort);
  await client.reply();
  await client.sayAll("EHLO a.example", `AUTH PLAIN ${plain("api", account.token)}`);
  await client.sayAll(`MAIL FROM:<a@${account.domain}>`, "RCPT TO:<b@example.net>", "DATA");
  await client.writeAll(messageFrom(account, ""));
  const piece = `${"x".repeat(998)}\r\n`.repeat(64);
  for (let sent = piece.length; sent < bytes; sent += piece.length) await client.writeAll(piece);
  const { code } = await client.say(".");
  client.end();
  return code;
};

describe.skipIf(process.platform !== "linux")("ten messages of 30 MiB at once", () => {
  const expectBounded = expectBoundedMemory();

  it("need a bounded part of the gateway's memory, far from what they weigh", async () => {
    await expectBounded({ send, bytes: 30 * 1024 * 1024 - 1_000, accepted: 250 });
  }, 120_000);
});
