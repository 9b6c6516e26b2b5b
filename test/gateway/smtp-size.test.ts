import { describe, expect, it } from "vitest";
import { useSmtpDoor } from "../support/smtp-door.ts";
import { mebibyte, messageFrom, messageOfSize } from "../support/smtp-service.ts";

const smtp = useSmtpDoor();
const { begin, loggedIn } = smtp;

describe("the size of a message", () => {
  it("may be 10 MiB", async () => {
    const client = await loggedIn();
    await begin(client);
    const message = messageOfSize(10 * mebibyte, smtp.account);
    await client.writeAll(message);
    expect((await client.say(".")).text).toMatch(/^250 /);
    const [job] = smtp.service.takeJobs();
    expect(job?.content).toMatchObject({ bytes: 10 * mebibyte, raw: { stored: expect.any(String) } });
    expect(job && (await smtp.service.messageOf(job)) === message).toBe(true);
  });

  it("may not be a byte more, and the connection goes on", async () => {
    const client = await loggedIn();
    await begin(client);
    await client.writeAll(messageOfSize(10 * mebibyte + 1, smtp.account));
    expect((await client.say(".")).text).toBe("552 5.3.4 Error: message too big");
    expect(smtp.service.takeJobs()).toEqual([]);
    await begin(client);
    expect((await client.say(`${messageFrom(smtp.account)}.`)).code).toBe(250);
  });

  it("is looked at before the message is read, where the client says it", async () => {
    const client = await loggedIn();
    expect((await client.say(`MAIL FROM:<a@${smtp.account.domain}> SIZE=${10 * mebibyte + 1}`)).text).toBe(
      "552 5.3.4 Error: message too big",
    );
    expect((await client.say(`MAIL FROM:<a@${smtp.account.domain}> SIZE=${10 * mebibyte}`)).code).toBe(250);
  });

  it("may be 30 MiB where the operator has granted it", async () => {
    const large = await smtp.service.account({ messageBytes: 30 * mebibyte });
    const client = await loggedIn(large);
    expect((await client.say(`MAIL FROM:<a@${large.domain}> SIZE=${30 * mebibyte}`)).code).toBe(250);
    await client.sayAll("RCPT TO:<reader@example.net>", "DATA");
    await client.writeAll(messageOfSize(30 * mebibyte, large));
    expect((await client.say(".")).code).toBe(250);
    expect(smtp.service.takeJobs()[0]?.content).toMatchObject({ bytes: 30 * mebibyte });
  });

  it("without end ends the connection", async () => {
    const own = await smtp.service.openDoor({ limits: { discardedBytes: mebibyte } });
    const small = await smtp.service.account({ messageBytes: 10_000 });
    const client = await loggedIn(small, own.tlsPort);
    await begin(client, small);
    const noise = `${"x".repeat(998)}\r\n`.repeat(1_000);
    for (let count = 0; count < 20 && !client.isOver; count++) client.write(noise);
    expect(await client.rest()).toBe("552 5.3.4 Error: message too big\r\n");
    await own.stop(0);
  });

  it.each([
    [100, 1],
    [60_000, 1],
    [130_000, 1],
    [131_072, 1],
    [140_000, 1],
    [100_000, 1_000],
    [30_000, 1_000],
  ])("of %i bytes to %i recipients arrives byte by byte", async (bytes, recipients) => {
    const client = await loggedIn();
    await client.say(`MAIL FROM:<a@${smtp.account.domain}>`);
    client.write(
      Array.from({ length: recipients }, (_, place) => `RCPT TO:<r${place}@example.net>\r\n`).join(""),
    );
    for (let place = 0; place < recipients; place++) await client.reply();
    await client.say("DATA");
    const message = bytes < 200 ? messageFrom(smtp.account) : messageOfSize(bytes, smtp.account);
    expect((await client.say(`${message}.`)).code).toBe(250);
    const jobs = smtp.service.takeJobs();
    expect(jobs.flatMap((job) => job.recipients)).toHaveLength(recipients);
    for (const job of jobs.slice(0, 2)) expect((await smtp.service.messageOf(job)) === message).toBe(true);
  });
});
