import { Readable } from "node:stream";
import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { domain, jobTo } from "../../test/support/delivery-world.ts";
import type { EmailContent, RawContent } from "../contracts/delivery-job.ts";
import type { SendingDomain } from "../domains/sending-domain.ts";
import { isInMemory } from "../mail/mime.ts";
import { linkAt } from "../tracking/recipient-links.ts";
import { composerFor } from "./composer.ts";

const key = "k".repeat(64);
const origin = "https://track.example.net";
const html = '<html><body><a href="https://shop.example.com/?a=1&amp;b=ä">Shop</a></body></html>';
const fields: EmailContent = {
  from: { email: "shop@example.com" },
  to: [{ email: "list@example.com" }],
  cc: [],
  subject: "Hello",
  text: "https://shop.example.com/?a=1",
  html,
  headers: {},
  attachments: [],
};
const tracked = { openTracking: true, clickTracking: true };

interface Wanted {
  readonly content?: EmailContent | string;
  readonly of?: Partial<SendingDomain>;
  readonly optedOut?: boolean;
}

/** The email as each of two recipients gets it. */
async function written({ content = fields, of = tracked, optedOut = false, ...hosts }: Wanted) {
  const job = jobTo(2);
  const raw: RawContent = { raw: { inline: "" }, bytes: 1, from: "shop@example.com", subject: "S" };
  const deps = {
    ...hosts,
    mailHost: "mail.example.net",
    trackingUrl: origin,
    linkKeys: { key: async () => key },
    contents: {
      rawMessage: async () => Buffer.from(String(content)),
      read: () => Readable.from([]) as never,
    },
  };
  const composer = composerFor(deps, job, typeof content === "string" ? raw : content, { ...domain, ...of });
  const all = await Promise.all(
    job.recipients.map(async (recipient) => {
      const { mime } = await composer.compose(recipient, { optedOut });
      if (!isInMemory(mime)) throw new Error("a small email lies in a file");
      return { mime: mime.toString(), mail: await simpleParser(mime), messageId: recipient.messageId };
    }),
  );
  const [first, second] = all;
  if (!first || !second) throw new Error("no recipient");
  return { ...first, second };
}

function linksIn(text: unknown) {
  return [...String(text).matchAll(/https:\/\/[\w.-]+(\/(?:o|c|opt-out|unsubscribe)\/[\w-]+)/g)].map(
    ([url, path = ""]) => ({ host: new URL(url).host, ...(linkAt(path, key) ?? { kind: "none" }) }),
  );
}

describe("an email of a domain that tracks", () => {
  it("has each recipient's own pixel and links in its HTML, and none in its text", async () => {
    const { mail, messageId, second } = await written({});

    expect(linksIn(mail.html)).toEqual([
      {
        host: "track.example.net",
        kind: "click",
        accountId: 7,
        messageId,
        url: "https://shop.example.com/?a=1&b=ä",
      },
      { host: "track.example.net", kind: "open", accountId: 7, messageId },
    ]);
    expect(linksIn(second.mail.html)).toEqual(
      linksIn(mail.html).map((link) => ({ ...link, messageId: second.messageId })),
    );
    expect(mail.text?.trim()).toBe(fields.text);
    expect(mail.headers.has("list-unsubscribe")).toBe(false);
  });

  it.each([
    ["opens alone", { openTracking: true, clickTracking: false }, ["open"]],
    ["clicks alone", { openTracking: false, clickTracking: true }, ["click"]],
    ["nothing", { openTracking: false, clickTracking: false, trackingOptOut: true }, []],
    ["both, with a way out", { ...tracked, trackingOptOut: true }, ["click", "opt-out", "open"]],
    [
      "opens, with both footers",
      { trackingOptOut: true, unsubscribeLink: true, openTracking: true },
      ["unsubscribe", "opt-out", "open"],
    ],
  ])("records %s", async (_what, of, kinds) => {
    const { mail } = await written({ of });
    expect(linksIn(mail.html).map(({ kind }) => kind)).toEqual(kinds);
  });

  it("is without tracking for a recipient who opted out, whose placeholders still work", async () => {
    const asking = '<a href="__tracking_opt_out_url__">x</a><a href="https://a.example/">y</a>';
    const of = { ...tracked, trackingOptOut: true };

    expect((await written({ of, optedOut: true })).mail.html).toBe(html);
    const { mail } = await written({ of, optedOut: true, content: { ...fields, html: asking } });
    expect(linksIn(mail.html).map(({ kind }) => kind)).toEqual(["opt-out"]);
  });

  it("that is text alone is composed once for all, with nothing that tracks", async () => {
    const { html: _none, ...content } = fields;
    const { mime, second, messageId } = await written({ content, of: { ...tracked, trackingOptOut: true } });

    expect(linksIn(mime)).toEqual([]);
    expect(second.mime.replaceAll(second.messageId, messageId)).toBe(mime);
  });
});

describe("a domain's own host", () => {
  const record = { name: "mt-link", type: "CNAME", value: "t.mail.example.net", found: [] };
  const dns = (status: "pass" | "fail") =>
    ({
      checkedAt: 1,
      verifiedAt: 1,
      lostAt: null,
      records: { link_verification: { ...record, status } },
    }) as never;
  const active = { state: "active" } as const;
  const settings = { ...tracked, customTracking: true, trackingOptOut: true, trackingHost: active };
  const hostsOf = async (of: Partial<SendingDomain>) =>
    linksIn((await written({ of })).mail.html).map(({ host }) => host);
  const shared = "track.example.net";

  it("is where its pixel and links lead once somebody answers there; the pages stay with us", async () => {
    expect(await hostsOf({ ...settings, dns: dns("pass") })).toEqual([
      "mt-link.example.com",
      shared,
      "mt-link.example.com",
    ]);
  });

  it.each([
    ["its record is missing", { ...settings, dns: dns("fail") }],
    ["its DNS was never looked at", settings],
    ["the domain does not want it", { ...settings, customTracking: false, dns: dns("pass") }],
    [
      "it has no certificate yet",
      { ...settings, dns: dns("pass"), trackingHost: { state: "pending" } as const },
    ],
    ["nobody serves such hosts", { ...settings, dns: dns("pass"), trackingHost: undefined }],
  ])("is not named where %s", async (_why, of) => {
    expect(new Set(await hostsOf(of))).toEqual(new Set([shared]));
  });
});

const raw = (...parts: string[]) =>
  [
    "From: shop@example.com",
    "MIME-Version: 1.0",
    'Content-Type: multipart/alternative; boundary="b"',
    "",
    ...parts.flatMap((part) => ["--b", part]),
    "--b--",
    "",
  ].join("\r\n");
const plainPart = "Content-Type: text/plain; charset=utf-8\r\n\r\nhttps://shop.example.com/";
const ampPart =
  'Content-Type: text/x-amp-html; charset=utf-8\r\n\r\n<html ⚡4email><a href="https://a.example/">x</a></html>';
const htmlPart = (encoding: string, text: string) =>
  `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${text}`;

describe("a raw message of a domain that tracks", () => {
  it.each([
    ["8bit", html],
    ["base64", Buffer.from(html).toString("base64")],
    ["quoted-printable", html.replaceAll("=", "=3D").replace("ä", "=C3=A4")],
  ])(
    "has its links and a pixel in its HTML in %s, and every other part as it was",
    async (encoding, text) => {
      const content = raw(plainPart, ampPart, htmlPart(encoding, text));
      const { mime, mail, messageId } = await written({ content });

      expect(linksIn(mail.html)).toEqual([
        expect.objectContaining({ kind: "click", messageId, url: "https://shop.example.com/?a=1&b=ä" }),
        expect.objectContaining({ kind: "open", messageId }),
      ]);
      expect(mime).toContain(`--b\r\n${plainPart}\r\n--b\r\n${ampPart}\r\n--b\r\n`);
      expect(mime).not.toMatch(/^List-Unsubscribe/im);
    },
  );

  it.each([
    ["is text", `From: a@example.com\r\n\r\nhttps://a.example/\r\n`],
    [
      "is signed",
      `From: a@example.com\r\nDKIM-Signature: v=1; d=example.com\r\nContent-Type: text/html\r\n\r\n${html}\r\n`,
    ],
    ["is signed as S/MIME", raw(htmlPart("8bit", html)).replace("multipart/alternative", "multipart/signed")],
    ["is encrypted", raw(htmlPart("8bit", html)).replace("multipart/alternative", "multipart/encrypted")],
    ["has no HTML", raw(plainPart, ampPart)],
    ["has HTML as an attachment", raw(htmlPart("8bit", html).replace("html;", "html; name=x.html;"))],
  ])("that %s goes out byte for byte", async (_what, content) => {
    const { mime } = await written({ content, of: { ...tracked, trackingOptOut: true } });
    expect(mime.endsWith(content)).toBe(true);
  });

  it("is byte for byte what it was for a recipient who opted out", async () => {
    const content = raw(plainPart, htmlPart("8bit", html));
    const { mime } = await written({ content, optedOut: true, of: { ...tracked, trackingOptOut: true } });
    expect(mime.endsWith(content)).toBe(true);
  });
});
