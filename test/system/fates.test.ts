import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { officialClient } from "../support/official-client.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
let log: ReturnType<typeof officialClient>["emailLogs"];
beforeAll(async () => {
  cloud = await startLocalCloud();
  log = officialClient(cloud).emailLogs;
});
afterEach(() => cloud.faults({}));
afterAll(() => cloud.stop());

async function sendTo(email: string): Promise<string> {
  const { body } = await post(cloud, { to: [{ email }], subject: "Fate", text: "Hello" });
  return body.message_ids?.[0] ?? "";
}

/** What the log comes to say of a message: its status, and its events in any order. */
async function fateOf(messageId: string, status: string, kinds: readonly string[]) {
  return await eventually(async () => {
    const message = await log.get(messageId);
    const events = message.events ?? [];
    expect({ status: message.status, kinds: events.map(({ event_type }) => event_type).sort() }).toEqual({
      status,
      kinds: kinds.toSorted(),
    });
    return new Map(events.map(({ event_type, details }) => [event_type as string, details as object]));
  });
}

async function rawMailTo(address: string): Promise<string> {
  return await eventually(async () => {
    const mail = (await cloud.mailbox()).find(({ envelope }) => envelope.to[0]?.address === address);
    expect(mail).toBeDefined();
    return await cloud.rawMail(mail?.id ?? "");
  });
}

describe("what becomes of mail to Amazon's simulator is in the log, and respected by the next mail", () => {
  it.each([
    ["bounce+fate", "not_delivered", ["bounce"], "hard bounce"],
    ["suppressionlist+fate", "not_delivered", ["bounce"], "hard bounce"],
    ["complaint+fate", "opted_out", ["delivery", "spam"], "spam complaint"],
  ])(
    "%s@simulator.amazonses.com",
    async (name, status, kinds, type) => {
      const address = `${name}@simulator.amazonses.com`;
      await fateOf(await sendTo(address), status, kinds);

      await eventually(async () => {
        const reason = `Recipient in suppression list. Reason: ${type}`;
        const events = await fateOf(await sendTo(address), "not_delivered", ["reject"]);
        expect(events.get("reject")).toEqual({ reject_reason: reason });
      }, 40_000);
    },
    60_000,
  );

  it("ooto@simulator.amazonses.com: an automatic answer changes nothing of the delivery", async () => {
    const events = await fateOf(await sendTo("ooto@simulator.amazonses.com"), "delivered", [
      "delivery",
      "soft_bounce",
    ]);

    expect(events.get("soft_bounce")).toMatchObject({ bounce_category: "transientfail" });
  });
});

describe("the log knows", () => {
  it("who the mailbox provider is", async () => {
    const events = await fateOf(await sendTo("anna@gmail.com"), "delivered", ["delivery"]);

    expect(events.get("delivery")).toMatchObject({
      email_service_provider: "Google",
      recipient_mx: "gmail-smtp-in.l.google.com",
    });
  });

  it("that a mail was delayed before it arrived", async () => {
    await cloud.faults({ ses: { effect: "delay" } });
    const events = await fateOf(await sendTo("late@office365.example"), "delivered", [
      "soft_bounce",
      "delivery",
    ]);

    expect(events.get("soft_bounce")).toMatchObject({
      bounce_category: "timeout",
      email_service_provider_status: "4.4.1",
      email_service_provider: "Office 365",
    });
  });

  it("why a server refused what went over SMTP", async () => {
    await cloud.faults({
      ses: { effect: "refuse", exception: "SendingPausedException" },
      smtp: { effect: "reply", code: 552, text: "5.2.2 Mailbox full" },
    });
    const events = await fateOf(await sendTo("full@gmail.com"), "not_delivered", ["bounce"]);

    expect(events.get("bounce")).toMatchObject({
      bounce_category: "overquota",
      email_service_provider_status: "5.2.2",
      email_service_provider: "Google",
    });
  });

  it("that SES would not have a message", async () => {
    await cloud.faults({
      ses: { effect: "refuse", exception: "MessageRejected", message: "The message is not lawful." },
    });
    const events = await fateOf(await sendTo("nobody@example.net"), "not_delivered", ["reject"]);

    expect(events.get("reject")).toEqual({
      reject_reason: "MessageRejected: The message is not lawful.",
    });
  });
});

describe("a mailbox provider's feedback report", () => {
  it("is a complaint about the message that it quotes", async () => {
    const messageId = await sendTo("annoyed@example.net");
    await fateOf(messageId, "delivered", ["delivery"]);
    const original = await rawMailTo("annoyed@example.net");
    const report = [
      'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n',
      "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n",
      `--b\r\nContent-Type: message/rfc822\r\n\r\n${original}\r\n--b--\r\n`,
    ].join("\r\n");

    expect(await cloud.invoke("Operator", { action: "recordFeedbackReport", report })).toEqual({
      isComplaint: true,
      accountId: cloud.accountId,
      messageId,
    });
    const events = await fateOf(messageId, "opted_out", ["delivery", "spam"]);
    expect(events.get("spam")).toEqual({ spam_feedback_type: "abuse" });
  });
});
