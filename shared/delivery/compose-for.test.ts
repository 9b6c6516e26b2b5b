import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { domain, jobTo } from "../../test/support/delivery-world.ts";
import type { DeliveryJob, EmailContent } from "../contracts/delivery-job.ts";
import { isInMemory } from "../mail/mime.ts";
import { readLink } from "../tracking/link-token.ts";
import { composerFor } from "./composer.ts";
import type { Composed } from "./composing.ts";

function never(): never {
  throw new Error("nothing is stored");
}

const key = "k".repeat(64);
const deps = {
  mailHost: "mail.example.net",
  trackingUrl: "https://track.example.net",
  linkKeys: { key: async () => key },
  contents: { read: never, rawMessage: never },
};
const content: EmailContent = {
  from: { email: "shop@example.com" },
  to: [{ email: "list@example.com" }],
  cc: [],
  subject: "Hello",
  text: "Hi",
  html: "<p>Hi</p>",
  headers: {},
  attachments: [],
};

async function written(
  job: DeliveryJob,
  change: Partial<EmailContent> = {},
  ofDomain: Partial<typeof domain> = {},
  place = 0,
) {
  const [first] = job.recipients;
  if (!first) throw new Error("no recipient");
  const composer = composerFor(deps, job, { ...content, ...change }, { ...domain, ...ofDomain });
  const { mime, rfcMessageId } = inMemory(await composer.compose(job.recipients[place] ?? first));
  const head = mime
    .subarray(0, mime.indexOf("\r\n\r\n"))
    .toString()
    .replace(/\r\n[ \t]+/g, " ");
  return { head, rfcMessageId, mail: await simpleParser(mime) };
}

function inMemory({ mime, rfcMessageId }: Composed): { mime: Buffer; rfcMessageId: string } {
  if (!isInMemory(mime)) throw new Error("a small email lies in a file");
  return { mime, rfcMessageId };
}

function tokenIn(head: string): string {
  return /<https:\/\/track\.example\.net\/unsubscribe\/([\w.-]+)>/.exec(head)?.[1] ?? "";
}

describe("a transactional email", () => {
  it("is identified, dated when it was accepted, and has nothing of a mailing list", async () => {
    const job = jobTo(2, { category: "welcome" });
    const { head, mail, rfcMessageId } = await written(job, {}, {}, 1);
    const id = job.recipients[1]?.messageId;

    expect(rfcMessageId).toBe(`<${id}@example.com>`);
    expect(mail.messageId).toBe(rfcMessageId);
    expect(mail.date?.getTime()).toBe(job.acceptedAt);
    expect(head).toMatch(/^Feedback-ID: welcome:7:transactional:postern\r$/m);
    expect(head).toMatch(new RegExp(`^CFBL-Address: fbl\\+${id}@mail\\.example\\.net; report=arf\\r$`, "m"));
    expect(head).not.toMatch(/^(?:List-|Precedence)/im);
    expect([mail.text?.trim(), mail.html]).toEqual(["Hi", "<p>Hi</p>"]);
  });

  it("is composed once for recipients between whom only the id differs", async () => {
    const job = jobTo(3);
    const { compose } = composerFor(deps, job, content, domain);
    const all = (await Promise.all(job.recipients.map((recipient) => compose(recipient)))).map(inMemory);
    const bodies = all.map(({ mime }) => mime.subarray(mime.indexOf("\r\n\r\n")).toString());

    expect(new Set(bodies).size).toBe(1);
    expect(new Set(all.map(({ rfcMessageId }) => rfcMessageId)).size).toBe(3);
    for (const [place, { mime }] of all.entries()) {
      const own = job.recipients[place]?.messageId ?? "";
      expect(mime.toString().split(own)).toHaveLength(4);
    }
  });

  it.each([
    ["the domain wants it", {}, { unsubscribeLink: true }],
    ["the content asks for it", { text: "leave: __unsubscribe_url__" }, {}],
  ])("offers to unsubscribe when %s", async (_why, change, ofDomain) => {
    const { head, mail } = await written(jobTo(1), change, ofDomain);

    expect(head).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
    expect(head).not.toMatch(/^Precedence/m);
    expect(mail.text).toContain("https://track.example.net/unsubscribe/");
  });
});

describe("a copy that auto-BCC makes", () => {
  const autoBccHeaders = { "X-Copy": "crm", "x-kind": "copy" };
  const withCopy = () => {
    const job = jobTo(3, { autoBccHeaders });
    const recipients = job.recipients.map((one, place) =>
      place === 1 ? { ...one, kind: "bcc" as const, autoBcc: true as const } : one,
    );
    return { ...job, recipients };
  };

  it.each([
    ["composed once for many", {}],
    ["each recipient's own", { openTracking: true }],
  ])(
    "alone has its header fields, in the place of the email's of the same name, if it is %s",
    async (_how, ofDomain) => {
      const change = { headers: { "X-Kind": "email", "X-Other": "1" } };
      const job = withCopy();
      const composer = composerFor(deps, job, { ...content, ...change }, { ...domain, ...ofDomain });
      const heads = [];
      for (const recipient of job.recipients) {
        const { mime } = inMemory(await composer.compose(recipient));
        heads.push(mime.subarray(0, mime.indexOf("\r\n\r\n")).toString());
      }
      const fields = heads.map((head) => head.match(/^x-[^\r]*/gim)?.toSorted());

      const usual = ["X-Kind: email", "X-Other: 1"];
      expect(fields).toEqual([usual, ["X-Copy: crm", "X-Other: 1", "x-kind: copy"], usual]);
      for (const head of heads) expect(head).not.toMatch(/^bcc:|r\d@example\.org/im);
    },
  );
});

describe("a bulk email", () => {
  it("offers each recipient a link of their own, in the header and in both bodies", async () => {
    const job = jobTo(2, { stream: "bulk" });
    const { head, mail } = await written(job, {}, {}, 1);
    const token = tokenIn(head);

    expect(readLink(token, key)).toEqual({
      kind: "unsubscribe",
      accountId: 7,
      domainId: 1,
      domainName: "example.com",
      stream: "bulk",
      messageId: job.recipients[1]?.messageId,
      recipient: "r1@example.org",
    });
    expect(head).toContain(`<mailto:unsubscribe@mail.example.net?subject=${token}>, <https://`);
    expect(head).toMatch(/^Precedence: bulk\r?$/m);
    expect(mail.text).toContain(`Unsubscribe: https://track.example.net/unsubscribe/${token}`);
    expect(mail.html).toContain(`href="https://track.example.net/unsubscribe/${token}"`);
  });

  it("leaves the customer's own List-Unsubscribe alone, and adds no one-click that it may not support", async () => {
    const headers = { "list-unsubscribe": "<https://example.com/leave>" };
    const { head } = await written(jobTo(1, { stream: "bulk" }), { headers });

    expect(head.match(/^list-unsubscribe[^\r]*/gim)).toEqual([
      "list-unsubscribe: <https://example.com/leave>",
    ]);
  });

  it("puts the link where the customer wants it instead of the footer", async () => {
    const { mail } = await written(jobTo(1, { stream: "bulk" }), {
      html: '<a href="__unsubscribe_url__">x</a>',
    });

    expect(mail.html).toMatch(/^<a href="https:\/\/track\.example\.net\/unsubscribe\/[\w.-]+">x<\/a>$/);
  });
});
