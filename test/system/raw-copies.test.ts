import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { officialClient } from "../support/official-client.ts";
import { post, postBatch } from "../support/send.ts";

let cloud: LocalCloud;
let log: ReturnType<typeof officialClient>["emailLogs"];
beforeAll(async () => {
  cloud = await startLocalCloud();
  log = officialClient(cloud).emailLogs;
});
afterEach(() => cloud.faults({}));
afterAll(() => cloud.stop());

async function linkOf(messageId: string): Promise<string> {
  return await eventually(async () => {
    const { raw_message_url: link } = await log.get(messageId);
    expect(link).toEqual(expect.any(String));
    return link ?? "";
  }, 60_000);
}

async function arrivedAt(address: string): Promise<string> {
  return await eventually(async () => {
    const mail = (await cloud.mailbox()).find(({ envelope }) => envelope.to[0]?.address === address);
    expect(mail).toBeDefined();
    return await cloud.rawMail(mail?.id ?? "");
  }, 60_000);
}

/** Without the fields that whoever carries a message writes himself. */
function asComposed(raw: string): string {
  const end = raw.indexOf("\r\n\r\n");
  const fields = raw.slice(0, end).split(/\r\n(?![ \t])/);
  const carriers = /^(?:Return-Path|Received|DKIM-Signature|Message-ID|Date):/i;
  return fields.filter((field) => !carriers.test(field)).join("\r\n") + raw.slice(end);
}

const email = {
  subject: "Grüße aus dem Süden",
  text: "See https://example.com/ __unsubscribe_url__",
  html: '<html><body><a href="https://example.com/">Süden</a> <a href="__unsubscribe_url__">x</a></body></html>',
};

describe("raw_message_url leads to what the mailbox got", () => {
  it("for each recipient of a batch, whose links differ", async () => {
    const readers = Array.from({ length: 12 }, (_, place) => `reader${place}@example.net`);
    const requests = readers.map((reader) => ({ to: [{ email: reader }] }));
    const base = { from: { email: `hello@${cloud.domain}` }, ...email };
    const { body } = await postBatch(cloud, { base, requests });
    const links = new Set<string>();
    for (const [place, reader] of readers.entries()) {
      const link = await linkOf(body.responses?.[place]?.message_ids?.[0] ?? "");
      const response = await fetch(link);
      const copy = await response.text();
      links.add(copy);

      expect(response.headers.get("content-type")).toBe("message/rfc822");
      expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w-]+\.eml"$/);
      expect(asComposed(copy)).toBe(asComposed(await arrivedAt(reader)));
    }
    expect(links.size).toBe(readers.length);
    expect(await cloud.log()).not.toContain("copies of sent messages are lost");
  });

  it("over SMTP, too", async () => {
    await cloud.faults({ ses: { effect: "refuse", exception: "SendingPausedException" } });
    const { body } = await post(cloud, { to: [{ email: "relayed@example.net" }], ...email });
    const copy = await (await fetch(await linkOf(body.message_ids?.[0] ?? ""))).text();

    expect(asComposed(copy)).toBe(asComposed(await arrivedAt("relayed@example.net")));
  });

  it("where it is too large for a function's answer", async () => {
    const file = randomBytes(6_000_000).toString("base64");
    const attachments = [{ filename: "photo.bin", content: file }];
    const { body } = await post(cloud, { to: [{ email: "large@example.net" }], ...email, attachments });
    const link = await linkOf(body.message_ids?.[0] ?? "");

    expect((await fetch(link, { redirect: "manual" })).status).toBe(302);
    const copy = await (await fetch(link)).text();
    const arrived = await arrivedAt("large@example.net");
    expect(copy.length).toBeGreaterThan(8_000_000);
    expect(asComposed(copy) === asComposed(arrived)).toBe(true);
  });
});

describe("raw_message_url", () => {
  it("ends after a quarter of an hour, and a new one is given", async () => {
    const { body } = await post(cloud, { to: [{ email: "later@example.net" }], ...email });
    const messageId = body.message_ids?.[0] ?? "";
    const link = await linkOf(messageId);
    expect((await fetch(link)).status).toBe(200);
    await cloud.advanceClock({ minutes: 16 });

    expect((await fetch(link)).status).toBe(404);
    expect((await fetch(await linkOf(messageId))).status).toBe(200);
  });

  it("is left out where the copy failed, which costs the mail nothing", async () => {
    await cloud.faults({
      aws: { function: "DeliverTransactional", call: "s3:PutObject", effect: "throttle" },
    });
    const { body } = await post(cloud, { to: [{ email: "uncopied@example.net" }], ...email });
    await arrivedAt("uncopied@example.net");

    const messageId = body.message_ids?.[0] ?? "";
    await eventually(async () => expect((await log.get(messageId)).status).toBe("delivered"), 60_000);
    await eventually(async () => expect(await cloud.log()).toContain("copies of sent messages are lost"));
    expect((await log.get(messageId)).raw_message_url).toBeUndefined();
  });
});
