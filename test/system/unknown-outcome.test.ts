import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post } from "../support/send.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterEach(() => cloud.faults({}));
afterAll(() => cloud.stop());

async function sendTo(address: string): Promise<string> {
  const { body } = await post(cloud, { to: [{ email: address }], subject: "Unknown", text: "Hello" });
  return body.message_ids?.[0] as string;
}

async function sourcesTo(address: string): Promise<string[]> {
  const mails = (await cloud.mailbox()).filter((mail) => mail.envelope.to[0]?.address === address);
  return await Promise.all(mails.map(({ id }) => cloud.rawMail(id)));
}

/** Lets time pass until the message is settled, and some more. */
async function settled(messageId: string): Promise<void> {
  for (let quarter = 0; quarter < 12; quarter += 1) {
    await eventually(async () => expect(await cloud.queuesAtRest()).toBe(true));
    await cloud.advanceClock({ minutes: 15 });
  }
  await eventually(async () => expect(await cloud.message(messageId)).toMatchObject({ state: "sent" }));
  await eventually(async () => expect(await cloud.queuesIdle()).toBe(true));
}

describe("when nobody knows whether a message went out", () => {
  it("because SES's answer was lost, SES's own events settle it: it arrives once", async () => {
    await cloud.faults({ ses: { effect: "lose-answer", times: 1 } });
    const messageId = await sendTo("lost-answer@example.net");
    await settled(messageId);

    expect(await sourcesTo("lost-answer@example.net")).toHaveLength(1);
  });

  it("because SES failed without taking it, it is tried again: it arrives once", async () => {
    await cloud.faults({ ses: { effect: "error", times: 1 } });
    const messageId = await sendTo("failed@example.net");
    await settled(messageId);

    expect(await sourcesTo("failed@example.net")).toHaveLength(1);
  });

  it("because an SMTP server hung up after the message, the repeat bears the same Message-ID", async () => {
    await cloud.faults({
      ses: { effect: "refuse", exception: "AccountSuspendedException" },
      smtp: { effect: "drop-after-data", times: 1 },
    });
    const messageId = await sendTo("hung-up@example.net");
    await settled(messageId);

    const ids = (await sourcesTo("hung-up@example.net")).map(
      (source) => /^message-id: (.*?)\r?$/im.exec(source)?.[1],
    );
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });
});
