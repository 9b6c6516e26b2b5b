import { randomBytes } from "node:crypto";
import { simpleParser } from "mailparser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Customer, type LocalCloud, startLocalCloud } from "../support/local-cloud.ts";
import { post, postBatch } from "../support/send.ts";

const mebibyte = 1024 * 1024;
let cloud: LocalCloud;
let granted: Customer;

beforeAll(async () => {
  cloud = await startLocalCloud();
  granted = await cloud.newAccount({ messageBytes: 30 * mebibyte });
});
afterAll(() => cloud.stop());

/** An email of exactly so many bytes, all of them random but those of its words. */
function emailOf(bytes: number, to: string, { domain }: { domain: string } = cloud) {
  const words = { from: `hello@${domain}`, to: `${to}@example.net`, subject: "Large", text: "See below." };
  const file = randomBytes(bytes - Object.values(words).join("").length - "photo.bin".length);
  const email = {
    from: { email: words.from },
    to: [{ email: words.to }],
    subject: words.subject,
    text: words.text,
    attachments: [{ filename: "photo.bin", content: file.toString("base64") }],
  };
  return { email, file };
}

async function fileReceivedBy(name: string): Promise<Buffer | undefined> {
  const mail = await eventually(async () => {
    const found = (await cloud.mailbox()).find(({ envelope }) =>
      envelope.to.some(({ address }) => address === `${name}@example.net`),
    );
    expect(found, `mail to ${name}`).toBeDefined();
    return found;
  }, 60_000);
  const parsed = await simpleParser(await cloud.rawMail(mail?.id ?? ""));
  return parsed.attachments[0]?.content;
}

/** How often each function was invoked while something was done. */
async function invocationsDuring(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const counts = async () =>
    Object.fromEntries((await cloud.calls()).functions.map((one) => [one.function, one.invocations]));
  const before = await counts();
  await work();
  const after = await counts();
  return Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]),
  );
}

describe("over HTTP", () => {
  it("an attachment of 9 MB arrives as it was, and no function sees the request", async () => {
    const { email, file } = emailOf(9 * mebibyte, "nine");
    const invocations = await invocationsDuring(async () => {
      expect(await post(cloud, email)).toMatchObject({ status: 200, body: { success: true } });
    });
    expect(invocations["SendTransactional"]).toBe(0);
    expect((await fileReceivedBy("nine"))?.equals(file)).toBe(true);
  });

  it("a small request goes through the function", async () => {
    const invocations = await invocationsDuring(() => post(cloud, emailOf(mebibyte, "small").email));
    expect(invocations["SendTransactional"]).toBe(1);
  });

  it("10 MB pass, and a byte more is refused and not billed", async () => {
    const { email, file } = emailOf(10 * mebibyte, "ten");
    expect(await post(cloud, email, { stream: "bulk" })).toMatchObject({ status: 200 });
    expect((await fileReceivedBy("ten"))?.equals(file)).toBe(true);

    const { used } = await cloud.usage();
    const tooLarge = await post(cloud, emailOf(10 * mebibyte + 1, "ten").email);
    expect(tooLarge).toMatchObject({
      status: 413,
      body: { success: false, errors: ["Error: message too big"] },
    });
    expect((await cloud.usage()).used).toBe(used);
  });

  // Megabytes as Amazon counts those that SES takes at most: 40 of them, in base64 and folded.
  it("30 MB pass where they were granted", async () => {
    const { token } = granted;
    const { email, file } = emailOf(30_000_000, "thirty", granted);
    expect(await post(cloud, email, { token })).toMatchObject({ status: 200 });
    expect((await fileReceivedBy("thirty"))?.equals(file)).toBe(true);
    const tooLarge = emailOf(30 * mebibyte + 1, "thirty", granted);
    expect(await post(cloud, tooLarge.email, { token })).toMatchObject({ status: 413 });
  });

  it("a batch of 50 MB passes", async () => {
    const emails = [1, 2, 3, 4].map((place) => emailOf(9 * mebibyte, `batch${place}`));
    const batch = { requests: emails.map(({ email }) => email), padding: "" };
    batch.padding = "x".repeat(50 * mebibyte - JSON.stringify(batch).length);
    const { status, body } = await postBatch(cloud, batch);
    expect(status).toBe(200);
    expect(body.responses?.map(({ success }) => success)).toEqual([true, true, true, true]);
    for (const [at, { file }] of emails.entries()) {
      expect((await fileReceivedBy(`batch${at + 1}`))?.equals(file)).toBe(true);
    }
    expect(await postBatch(cloud, { ...batch, more: "" })).toMatchObject({ status: 413 });
  });

  it("a stranger's large request is 401", async () => {
    const answer = await post(cloud, emailOf(9 * mebibyte, "stranger").email, { token: "0".repeat(32) });
    expect(answer).toMatchObject({ status: 401, body: { errors: ["Unauthorized"] } });
  });
});

describe("a gateway that dies", () => {
  it("in the middle of an upload has accepted nothing, and comes back", async () => {
    await cloud.faults({ aws: { function: "Gateway", call: "s3:UploadPart", effect: "die", times: 1 } });
    const { used } = await cloud.usage();
    const { email, file } = emailOf(9 * mebibyte, "again");
    expect((await post(cloud, email).catch(() => ({ status: 502 }))).status).toBe(502);
    expect((await cloud.usage()).used).toBe(used);
    await eventually(async () => expect((await post(cloud, email)).status).toBe(200));
    expect((await fileReceivedBy("again"))?.equals(file)).toBe(true);
  });
});
