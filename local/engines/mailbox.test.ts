import { appendFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Mailbox, startMailbox } from "./mailbox.ts";

interface ListedMail {
  id: string;
  subject: string;
  text?: string;
  envelope: { from: { address: string }; to: { address: string }[] };
  attachments: { generatedFileName: string }[];
}

let dataDir: string;
let mailbox: Mailbox;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "postern-mailbox-test-"));
  mailbox = await startMailbox({ webPort: 0, dataDir });
});

afterAll(async () => {
  await mailbox.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const list = async () => (await (await fetch(`${mailbox.url}/api/email`)).json()) as ListedMail[];
const source = async (id: string) =>
  Buffer.from(await (await fetch(`${mailbox.url}/api/email/${id}/source`)).arrayBuffer());
const empty = () => fetch(`${mailbox.url}/api/email/all`, { method: "DELETE" });
const mail = (subject: string, to = "to@there.example") => ({
  from: "return@here.example",
  to: [to],
  raw: Buffer.from(
    `From: a@here.example\r\nTo: shown@there.example\r\nSubject: ${subject}\r\n\r\nBody of ${subject}\r\n`,
  ),
});

test("a mail keeps every byte and its real envelope", async () => {
  await empty();
  const bytes = Buffer.concat([
    Buffer.from("Subject: bytes\r\nX-Odd:   spaces \t kept\r\n\r\n.leading dot\r\nbare\nline\r\n"),
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  ]);
  await mailbox.deliver({ from: "bounce+1@here.example", to: ["secret@there.example"], raw: bytes });
  const [listed] = await list();
  expect(listed).toMatchObject({
    subject: "bytes",
    envelope: { from: { address: "bounce+1@here.example" }, to: [{ address: "secret@there.example" }] },
  });
  expect((await source(listed?.id ?? "")).equals(bytes)).toBe(true);
});

test("mails, their order and their envelopes survive a restart; a mail torn by a crash does no harm", async () => {
  await empty();
  for (const subject of ["first", "second", "third"])
    await mailbox.deliver(mail(subject, `${subject}@there.example`));
  await mailbox.stop();
  const torn = { id: "torn", receivedAt: 0, size: 100, from: "", to: [] };
  await appendFile(join(dataDir, "mails.log"), `${JSON.stringify(torn)}\nSubject: never acknowl`);
  mailbox = await startMailbox({ webPort: 0, dataDir });
  const restored = await list();
  expect(
    restored.map(({ subject, text, envelope }) => [subject, text?.trim(), envelope.to[0]?.address]),
  ).toEqual([
    ["first", "Body of first", "first@there.example"],
    ["second", "Body of second", "second@there.example"],
    ["third", "Body of third", "third@there.example"],
  ]);
  await mailbox.deliver(mail("fourth"));
  await mailbox.stop();
  mailbox = await startMailbox({ webPort: 0, dataDir });
  expect((await list()).map(({ subject }) => subject)).toEqual(["first", "second", "third", "fourth"]);
});

test("deleting all empties the list and the disk, and new mail is kept", async () => {
  await mailbox.deliver(mail("old"));
  await empty();
  expect(await list()).toEqual([]);
  expect((await stat(join(dataDir, "mails.log"))).size).toBe(0);
  await mailbox.deliver(mail("new"));
  expect((await list()).map(({ subject }) => subject)).toEqual(["new"]);
});

test("a thousand mails at once are all there, each once", async () => {
  await empty();
  const subjects = Array.from({ length: 1_000 }, (_, place) => `mail ${place}`);
  await Promise.all(subjects.map((subject) => mailbox.deliver(mail(subject))));
  const { total } = (await (await fetch(`${mailbox.url}/api/email/summary?limit=1`)).json()) as {
    total: number;
  };
  expect(total).toBe(1_000);
  expect((await list()).map(({ subject }) => subject).sort()).toEqual(subjects.sort());
});

test("attachments can be opened from the page", async () => {
  await empty();
  const raw = Buffer.from(
    [
      "Subject: with file",
      "MIME-Version: 1.0",
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: text/plain",
      "",
      "see file",
      "--b",
      "Content-Type: application/octet-stream",
      'Content-Disposition: attachment; filename="../../escape.bin"',
      "Content-Transfer-Encoding: base64",
      "",
      "AAEC",
      "--b--",
      "",
    ].join("\r\n"),
  );
  await mailbox.deliver({ from: "", to: ["to@there.example"], raw });
  const [listed] = await list();
  const name = listed?.attachments[0]?.generatedFileName;
  const file = await fetch(`${mailbox.url}/api/email/${listed?.id}/attachment/${name}`);
  expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([0, 1, 2]);
});

test("the page is served, and mail that comes over SMTP shows too", async () => {
  await empty();
  const page = await fetch(`${mailbox.url}/`, { headers: { accept: "text/html" } });
  expect(await page.text()).toContain("<html");
  const transport = createTransport({ host: "127.0.0.1", port: mailbox.smtpPort, ignoreTLS: true });
  const { from, to, raw } = mail("by smtp");
  await transport.sendMail({ envelope: { from, to }, raw });
  transport.close();
  expect((await list()).map(({ subject }) => subject)).toEqual(["by smtp"]);
});

test("a mailbox that has stopped refuses mail instead of losing it", async () => {
  const stopped = await startMailbox({ webPort: 0 });
  await stopped.stop();
  await expect(stopped.deliver(mail("too late"))).rejects.toThrow("stopped");
});
