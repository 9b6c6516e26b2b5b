import { readdirSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { authenticate } from "mailauth";
import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { domain, jobTo } from "../../test/support/delivery-world.ts";
import { testKey } from "../../test/support/signing-key.ts";
import type { Stream } from "../contracts/streams.ts";
import { signed } from "../mail/dkim.ts";
import { chunksOf, isInMemory, type Mime } from "../mail/mime.ts";
import { type TempFile, tempFileOf } from "../platform/temp-file.ts";
import { rawComposer } from "./compose-raw.ts";

const folder = new URL("../../test/raw-messages/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".eml"));
const message = (name: string) => readFileSync(new URL(name, folder));
const link = /https:\/\/track\.example\.net\/unsubscribe\/[\w.-]+/g;

async function bytesOf(mime: Mime): Promise<Buffer> {
  return isInMemory(mime) ? mime : await buffer(chunksOf([mime.head, ...mime.body]));
}

/** A raw message as its recipient gets it, whether it lay in memory or in a file. */
async function outgoing(
  raw: Buffer,
  stream: Stream,
  ofDomain: Partial<typeof domain> = {},
  autoBccHeaders?: Record<string, string>,
) {
  const job = jobTo(1, { stream, ...(autoBccHeaders && { autoBccHeaders }) });
  const [named] = job.recipients;
  if (!named) throw new Error("no recipient");
  const recipient = { ...named, ...(autoBccHeaders && { autoBcc: true as const }) };
  const write = async (stored: Buffer | TempFile) => {
    const deps = {
      mailHost: "mail.example.net",
      trackingUrl: "https://track.example.net",
      linkKeys: { key: async () => "k".repeat(64) },
      contents: { rawMessage: async () => stored, read: () => Readable.from([]) as never },
    };
    const content = { raw: { inline: "" }, bytes: raw.length, from: "shop@example.com", subject: "S" };
    const composer = rawComposer(deps, job, content, { ...domain, ...ofDomain });
    const { mime, rfcMessageId } = await composer.compose(recipient);
    const bytes = await bytesOf(mime);
    await composer.close();
    return { bytes, rfcMessageId };
  };
  const fromMemory = await write(raw);
  const fromFile = await write(await tempFileOf(Readable.from([raw])));
  expect(fromFile.bytes.equals(fromMemory.bytes)).toBe(true);
  return { ...fromMemory, messageId: recipient.messageId };
}

/** The fields before the message's own, unfolded. */
function added(sent: Buffer, raw: Buffer): string {
  const end = sent.indexOf(raw.subarray(0, 20));
  return sent
    .subarray(0, end)
    .toString()
    .replace(/\r\n[ \t]+/g, " ");
}

describe("a raw message in base64 that goes on after its padding", () => {
  it("keeps all of its text", async () => {
    const parts = ["<p>One</p>.", "<p>Two</p>"].map((text) => Buffer.from(text).toString("base64"));
    const head = "Subject: S\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    const raw = Buffer.from(`${head}${parts.join("\r\n")}\r\n`);
    expect(parts[0]).toMatch(/=$/);
    const { bytes } = await outgoing(raw, "bulk", { openTracking: true });
    expect(bytes.subarray(-raw.length).equals(raw)).toBe(true);
    expect(added(bytes, raw)).toContain("List-Unsubscribe-Post");
  });
});

describe("a raw transactional message", () => {
  it.each(names.filter((name) => name !== "phpmailer-related-base64.eml"))(
    "%s goes out byte for byte, under the fields that it lacks",
    async (name) => {
      const raw = message(name);
      const { bytes, messageId, rfcMessageId } = await outgoing(raw, "transactional");
      const own = /^Message-ID: (.*)\r$/im.exec(raw.toString("latin1"))?.[1];

      expect(bytes.subarray(-raw.length).equals(raw)).toBe(true);
      expect(rfcMessageId).toBe(own ?? `<${messageId}@example.com>`);
      expect(added(bytes, raw).split("\r\n")).toEqual([
        ...(name === "bare.eml"
          ? [`Message-ID: <${messageId}@example.com>`, "Date: Sat, 31 Jan 2026 12:00:00 +0000"]
          : []),
        "Feedback-ID: 7:transactional:postern",
        `CFBL-Address: fbl+${messageId}@mail.example.net; report=arf`,
        `CFBL-Feedback-ID: 7.${messageId}`,
        "",
      ]);
    },
  );

  it("keeps fields of the service's kind that the customer has written", async () => {
    const raw = Buffer.from("Feedback-ID: mine\r\nCFBL-Address: me@example.com\r\nDate: x\r\n\r\nHi\r\n");
    const { bytes } = await outgoing(raw, "transactional");

    expect(added(bytes, raw)).toMatch(/^Message-ID: \S+\r\nCFBL-Feedback-ID: \S+\r\n$/);
  });

  it("has the header fields of a copy before its own, and stays as it is", async () => {
    const raw = message(names[0] ?? "");
    const value = `${"word ".repeat(40)}end`;
    const { bytes } = await outgoing(raw, "transactional", {}, { "X-Copy": value });

    expect(added(bytes, raw)).toMatch(new RegExp(`^X-Copy: ${value}\r$`, "m"));
    expect(bytes.subarray(-raw.length).equals(raw)).toBe(true);
  });

  it("gets the recipient's link where it asks for it, in its texts and in no attachment", async () => {
    const raw = message("phpmailer-related-base64.eml");
    const { bytes } = await outgoing(raw, "transactional");
    const { text, attachments } = await simpleParser(bytes);

    expect(text).toMatch(/leave at https:\/\/track\.example\.net\/unsubscribe\/\S+ when/);
    expect(attachments.map(({ content }) => content.toString()).at(-1)).toBe("notes __unsubscribe_url__");
    expect(bytes.toString().replaceAll(link, "__unsubscribe_url__").endsWith(bodyOf(raw))).toBe(true);
    expect(added(bytes, raw)).toMatch(
      /^List-Unsubscribe: <mailto:.*>, <https:.*>\r\nList-Unsubscribe-Post: /m,
    );
  });
});

function bodyOf(raw: Buffer): string {
  const text = raw.toString();
  return text.slice(text.indexOf("\r\n\r\n"));
}

describe("a raw bulk message", () => {
  it.each([
    "symfony-alternative.eml",
    "symfony-attachments.eml",
    "phpmailer-8bit.eml",
    "latin1.eml",
    "bare.eml",
  ])("%s gets a footer in each text, and is otherwise what it was", async (name) => {
    const raw = message(name);
    const { bytes } = await outgoing(raw, "bulk");
    const [before, after] = await Promise.all([simpleParser(raw), simpleParser(bytes)]);
    const [url = ""] = String(after.text).match(link) ?? [];
    const withoutFooter = (text = "") => text.replace(/\s*Unsubscribe: https:\S+\s*$/, "").trimEnd();
    const html = String(after.html).replace(/\r?\n<p style="text-align:center[^\n]*<\/p>\r?\n/, "");

    expect(url).not.toBe("");
    expect(withoutFooter(after.text)).toBe(before.text?.trimEnd());
    expect(html).toBe(String(before.html));
    expect(after.attachments.map(({ content }) => content)).toEqual(
      before.attachments.map(({ content }) => content),
    );
    expect(added(bytes, raw)).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    expect(bytes.includes(raw.subarray(0, raw.indexOf("\r\n\r\n")))).toBe(true);
  });

  it("that is 8bit is the same to the byte without the footers", async () => {
    const raw = message("phpmailer-8bit.eml");
    const { bytes } = await outgoing(raw, "bulk");
    const stripped = bytes
      .toString()
      .replace(/\r\n\r\nUnsubscribe: \S+\r\n/, "")
      .replace(/\r\n<p style="text-align:center.*<\/p>\r\n/, "");

    expect(stripped.endsWith(raw.toString())).toBe(true);
  });

  it("that others have signed or encrypted has nothing but fields added", async () => {
    const raw = message("signed.eml");
    const { bytes } = await outgoing(raw, "bulk");

    expect(bytes.subarray(-raw.length).equals(raw)).toBe(true);
    expect(added(bytes, raw)).toContain("Precedence: bulk");
  });

  it.each([
    ["bulk", "From: shop@example.com\r\nSubject: all header\r\n"],
    ["transactional", "From: shop@example.com\r\nSubject: all header\r\n"],
    ["transactional", "From: shop@example.com\r\nSubject: all header"],
  ] as const)(
    "that is all header has a body nevertheless, and a signature that verifies: %s, %j",
    async (stream, text) => {
      const { bytes } = await outgoing(Buffer.from(text), stream);
      expect(bytes.toString()).toMatch(/\r\nSubject: all header\r\n\r\n/);
      const { signing, resolver } = testKey;
      const { dkim } = await authenticate(await bytesOf(await signed(bytes, signing)), {
        ...{ trustReceived: false, sender: "bounces@example.com", ip: "198.51.100.7" },
        ...{ helo: "relay.example.net", mta: "mx.example.org", resolver },
      });
      expect(dkim.results.map(({ status }) => status.result)).toEqual(["pass"]);
    },
  );

  it("with its own way to unsubscribe in the header keeps it alone", async () => {
    const raw = Buffer.from(
      "From: a@example.com\r\nList-Unsubscribe: <https://shop.example/u>\r\n\r\nHi\r\n",
    );
    const { bytes } = await outgoing(raw, "bulk");

    expect(bytes.toString().match(/^List-Unsubscribe/gim)).toHaveLength(1);
    expect(bytes.toString()).toContain("Unsubscribe: https://track.example.net/");
  });
});

describe("a customer's own DKIM signature", () => {
  it.each(
    names.flatMap((name) => (["transactional", "bulk"] as const).map((stream) => [name, stream] as const)),
  )("on %s still verifies as %s mail, beside ours", async (name, stream) => {
    const own = (await signed(message(name), testKey.signing)) as Buffer;
    const { bytes } = await outgoing(own, stream);
    const both = (await signed(bytes, testKey.signing)) as Buffer;
    const { dkim } = await authenticate(both, {
      trustReceived: false,
      sender: "bounces@example.com",
      ip: "198.51.100.7",
      helo: "relay.example.net",
      mta: "mx.example.org",
      resolver: testKey.resolver,
    });

    expect(dkim.results.map(({ status }) => status.result)).toEqual(["pass", "pass"]);
  });
});
