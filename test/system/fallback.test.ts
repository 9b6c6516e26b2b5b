import { authenticate } from "mailauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());

async function sendTo(address: string): Promise<string> {
  const { status, body } = await post(cloud, { to: [{ email: address }], subject: "Route", text: "Hello" });
  expect(status).toBe(200);
  return body.message_ids?.[0] as string;
}

async function rawMailTo(address: string): Promise<string> {
  return await eventually(async () => {
    const found = (await cloud.mailbox()).filter((mail) => mail.envelope.to[0]?.address === address);
    expect(found).toHaveLength(1);
    return await cloud.rawMail((found[0] as (typeof found)[number]).id);
  });
}

// SES gives every message an id of its own; on the SMTP route the id is ours.
const wentOverSes = (raw: string) => /^message-id: <[^>]+@email\.amazonses\.com>/im.test(raw);

async function dkimOf(raw: string) {
  const records = await cloud.dkimRecords();
  const { dkim } = await authenticate(Buffer.from(raw), {
    ip: "127.0.0.1",
    disableArc: true,
    disableDmarc: true,
    disableBimi: true,
    resolver: async (name: string, type: string) => {
      const value = type === "TXT" ? records.get(name) : undefined;
      if (!value) throw Object.assign(new Error("no record"), { code: "ENOTFOUND" });
      return [[value]];
    },
  });
  return dkim.results.map((result) => result.status.result);
}

describe("when SES is well", () => {
  it("mail goes over SES, signed with the domain's key", async () => {
    await sendTo("well@example.net");
    const raw = await rawMailTo("well@example.net");

    expect(wentOverSes(raw)).toBe(true);
    expect(await dkimOf(raw)).toContain("pass");
  });
});

describe("when SES refuses service", () => {
  it("mail flows over SMTP at once, with a DKIM signature that verifies, and goes back when SES is healed", async () => {
    await cloud.faults({ ses: { effect: "refuse", exception: "SendingPausedException" } });
    for (let place = 0; place < 8; place += 1) await sendTo(`paused${place}@example.net`);
    for (let place = 0; place < 8; place += 1) {
      const raw = await rawMailTo(`paused${place}@example.net`);
      expect(wentOverSes(raw)).toBe(false);
      expect(await dkimOf(raw)).toEqual(["pass"]);
    }

    await cloud.faults({});
    await cloud.advanceClock({ minutes: 1 });
    await sendTo("healed@example.net");
    expect(wentOverSes(await rawMailTo("healed@example.net"))).toBe(true);
  });

  it("a refusal of the recipient is final: it is not tried on the other route, now or later", async () => {
    await cloud.faults({
      ses: { effect: "refuse", exception: "SendingPausedException" },
      smtp: { effect: "reply", recipient: "nobody@example.net", code: 550, text: "5.1.1 No such user" },
    });
    const messageId = await sendTo("nobody@example.net");
    await eventually(async () => expect(await cloud.message(messageId)).toMatchObject({ state: "failed" }));

    await cloud.faults({});
    await cloud.advanceClock({ hours: 2 });
    await eventually(async () => expect(await cloud.queuesIdle()).toBe(true));
    const mails = await cloud.mailbox();
    expect(mails.filter((mail) => mail.envelope.to[0]?.address === "nobody@example.net")).toEqual([]);
    expect(await cloud.message(messageId)).toMatchObject({ state: "failed", attempt: 1 });
  });
});
