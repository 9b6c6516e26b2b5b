import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accessStore } from "../../shared/accounts/access-store.ts";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { auditStore } from "../../shared/accounts/audit-store.ts";
import { type MessageEvent, messageEventSchema } from "../../shared/contracts/message-event.ts";
import type { MessageRow } from "../../shared/messages/message.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { messageIdAt, newId } from "../../shared/platform/ids.ts";
import { optOutStore } from "../../shared/suppressions/opt-out-store.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import { signLink } from "../../shared/tracking/link-token.ts";
import { mostHits, recentHits } from "../../shared/tracking/recent-hits.ts";
import { recipientLinks } from "../../shared/tracking/recipient-links.ts";
import { rowOf } from "../../test/support/message-events.ts";
import { settableClock, startTestTable, type TestTable } from "../../test/support/test-table.ts";
import { answer } from "./answer.ts";

const key = "k".repeat(64);
const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);
const hosts = { pages: "", tracking: "" };

let table: TestTable;
let lists: ReturnType<typeof storesOn>;
let accountId = 0;
let row: MessageRow | undefined;
let told: MessageEvent[] = [];
let warnings: string[] = [];
let recent = recentHits();
let reads = 0;
const healthy = { queue: true, table: true, key: true };
const never = () => new Promise<never>(() => undefined);

function storesOn(test: TestTable) {
  const at = { ...test, clock };
  return {
    ...{ suppressions: suppressionStore(at), optOuts: optOutStore(at) },
    ...{
      accounts: accountStore(at),
      accesses: accessStore(at),
      audits: auditStore(at),
      notices: noticeStore(at),
    },
  };
}

beforeAll(async () => {
  table = await startTestTable("Suppressions");
  lists = storesOn(table);
});
afterAll(() => table.stop());
beforeEach(() => {
  accountId += 1;
  [told, warnings] = [[], []];
  [recent, reads] = [recentHits(), 0];
  clock.set(noon);
  Object.assign(healthy, { queue: true, table: true, key: true });
  row = rowOf({ accountId, messageId }, noon, { to: "anna@example.org", domainId: 3, subject: "Sale" });
});

const messageId = messageIdAt(newId(noon), 0);
const links = () =>
  recipientLinks(
    {
      accountId,
      messageId,
      domainId: 3,
      domainName: "example.com",
      stream: "bulk",
      recipient: "Anna@example.org",
    },
    hosts,
    key,
  );

function ask(method: string, rawPath: string, headers: Record<string, string> = {}, id = newId(noon)) {
  const deps = {
    linkKeys: { key: async () => (healthy.key ? key : Promise.reject(new Error("no key"))) },
    messages: {
      get: async () => {
        reads += 1;
        return healthy.table ? row : never();
      },
    },
    recentHits: recent,
    ...lists,
    events: {
      put: async (events: readonly MessageEvent[]) => {
        if (!healthy.queue) throw new Error("no queue");
        told.push(...events.map((event) => messageEventSchema.parse(event)));
      },
    },
    clock,
    patience: healthy.table ? { hitMs: 60_000, leaveMs: 60_000 } : { hitMs: 20, leaveMs: 20 },
    warn: (text: string) => warnings.push(text),
  };
  const requestContext = { http: { method, sourceIp: "192.0.2.1" }, requestId: id };
  return answer(deps, { rawPath, headers: { "user-agent": "Mail/1.0", ...headers }, requestContext });
}

const listed = () => lists.suppressions.list({ accountId, limit: 10 });

describe("a pixel", () => {
  it("is 43 bytes of GIF that nobody keeps, and records an open each time", async () => {
    const { statusCode, headers, body, isBase64Encoded } = await ask("GET", links().open);
    clock.advance(1_000);
    await ask("GET", links().open);

    expect([statusCode, headers["content-type"], headers["cache-control"]]).toEqual([
      200,
      "image/gif",
      "no-store",
    ]);
    expect(isBase64Encoded && Buffer.from(body, "base64")).toHaveLength(43);
    expect(told).toHaveLength(2);
    expect(told[0]?.eventId).not.toBe(told[1]?.eventId);
    expect(told[0]).toEqual({
      kind: "open",
      eventId: expect.any(String),
      accountId,
      messageId,
      at: noon,
      ip: "192.0.2.1",
      userAgent: "Mail/1.0",
    });
  });

  it("is the same event when the same request comes again", async () => {
    await ask("GET", links().open, {}, "same");
    clock.advance(1_000);
    await ask("GET", links().open, {}, "same");
    expect(told.map(({ eventId }) => eventId)).toEqual([told[0]?.eventId, told[0]?.eventId]);
  });
});

describe("a link", () => {
  it.each([
    ["https://example.com/a?b=1&c=%20#d", "https://example.com/a?b=1&c=%20#d"],
    ["HTTP://bücher.example/ä b", "http://xn--bcher-kva.example/%C3%A4%20b"],
  ])("leads to its target and nowhere else, and records the click: %s", async (url, location) => {
    const { statusCode, headers, body } = await ask("GET", links().click(url));

    expect([statusCode, headers["location"], headers["cache-control"], body]).toEqual([
      302,
      location,
      "no-store",
      "",
    ]);
    expect(told).toEqual([expect.objectContaining({ kind: "click", url, ip: "192.0.2.1" })]);
  });

  it("still leads there when the click cannot be recorded", async () => {
    healthy.queue = false;
    const { statusCode } = await ask("GET", links().click("https://example.com/"));

    expect([statusCode, warnings]).toEqual([302, ["a hit was lost"]]);
  });

  it("leads there soon, be nobody there to record it", async () => {
    healthy.table = false;
    const { statusCode } = await ask("GET", links().click("https://example.com/"));

    expect([statusCode, warnings]).toEqual([302, ["a hit was lost"]]);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "//example.com", "/x", "file:///etc/passwd"])(
    "never leads to %s, even signed",
    async (url) => {
      expect((await ask("GET", links().click(url))).statusCode).toBe(404);
      expect(told).toEqual([]);
    },
  );
});

describe("what is not recorded", () => {
  it("is the same visitor's same hit within a second, though it is answered", async () => {
    const [one, two] = [links().click("https://example.com/1"), links().click("https://example.com/2")];
    for (const path of [one, one, two, links().open, links().open]) await ask("GET", path);
    await ask("GET", one, { "user-agent": "Other/1.0" });
    expect(told.map(({ kind }) => kind)).toEqual(["click", "click", "open", "click"]);
    clock.advance(999);
    expect((await ask("GET", one)).statusCode).toBe(302);
    expect(told).toHaveLength(4);
    clock.advance(1);
    await ask("GET", one);
    expect(told).toHaveLength(5);
  });

  it("is what comes when a hundred opens, or clicks, of the message are in the log", async () => {
    row = row && { ...row, opensCount: mostHits, clicksCount: mostHits - 1 };
    expect((await ask("GET", links().open)).statusCode).toBe(200);
    for (const path of ["1", "2", "3"]) {
      expect((await ask("GET", links().click(`https://example.com/${path}`))).statusCode).toBe(302);
    }
    expect(told).toEqual([expect.objectContaining({ kind: "click", url: "https://example.com/1" })]);
  });

  it("is what a flood brings before the log knows of it, and costs no look-up then", async () => {
    for (let hit = 0; hit < mostHits + 50; hit += 1) {
      clock.advance(1_000);
      expect((await ask("GET", links().open)).statusCode).toBe(200);
    }
    expect(told).toHaveLength(mostHits);
    expect(reads).toBe(mostHits);
  });

  it("is nothing that could not be handed over before", async () => {
    healthy.queue = false;
    await ask("GET", links().open);
    healthy.queue = true;
    await ask("GET", links().open);
    expect(told).toHaveLength(1);
  });

  it("is a HEAD request, though it is answered like GET", async () => {
    const pixel = await ask("HEAD", links().open);
    const click = await ask("HEAD", links().click("https://example.com/"));

    expect([pixel.statusCode, pixel.body, click.statusCode, click.headers["location"]]).toEqual([
      200,
      "",
      302,
      "https://example.com/",
    ]);
    expect(told).toEqual([]);
  });

  it("is what a recipient does who opted out after the email was sent", async () => {
    await ask("POST", links().optOut);
    expect((await ask("GET", links().open)).statusCode).toBe(200);
    expect((await ask("GET", links().click("https://example.com/"))).statusCode).toBe(302);
    expect(told).toEqual([]);
  });

  it("is what comes when the message has left the log", async () => {
    row = undefined;
    expect((await ask("GET", links().click("https://example.com/"))).statusCode).toBe(302);
    expect(told).toEqual([]);
  });
});

describe("an unsubscribe link", () => {
  it.each(["GET", "HEAD"])("changes nothing by %s, which scanners of mail do too", async (method) => {
    const { statusCode, headers, body } = await ask(method, links().unsubscribe);

    expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    if (method === "GET") expect(body).toMatch(/<form method="post"><button type="submit">Unsubscribe</);
    expect(body).not.toContain("anna");
    expect([await listed(), told]).toEqual([[], []]);
  });

  it.each([
    ["a mail program's one click, or the page's button", "application/x-www-form-urlencoded"],
    ["a mail program's one click in a form of parts", "multipart/form-data; boundary=b"],
  ])("suppresses the recipient by %s, and says so", async (_what, type) => {
    const { statusCode, body } = await ask("POST", links().unsubscribe, { "content-type": type });

    expect(statusCode).toBe(200);
    expect(body).toMatch(/You are unsubscribed[\s\S]*example\.com/);
    expect(body).not.toContain("<form");
    expect(await listed()).toEqual([
      expect.objectContaining({
        type: "unsubscription",
        email: "anna@example.org",
        domainId: 3,
        domainName: "example.com",
        stream: "bulk",
        message: expect.objectContaining({ subject: "Sale" }),
      }),
    ]);
    expect(told).toEqual([expect.objectContaining({ kind: "unsubscribe", messageId, ip: "192.0.2.1" })]);
  });

  it("tells of the same event however often it is pressed, and of another after a reactivation", async () => {
    await ask("POST", links().unsubscribe);
    await ask("POST", links().unsubscribe);
    const [entry] = await listed();
    clock.advance(1_000);
    await lists.suppressions.remove(accountId, entry?.id ?? "");
    await ask("POST", links().unsubscribe);
    const ids = told.map(({ eventId }) => eventId);

    expect(await listed()).toHaveLength(1);
    expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
  });

  it("works when the message has left the log", async () => {
    row = undefined;
    expect((await ask("POST", links().unsubscribe)).statusCode).toBe(200);
    expect(await listed()).toHaveLength(1);
  });

  it("says that it did not work where that is not certain", async () => {
    healthy.queue = false;
    const { statusCode, headers, body } = await ask("POST", links().unsubscribe);

    expect([statusCode, headers["retry-after"], warnings]).toEqual([
      503,
      "300",
      ["a recipient could not leave"],
    ]);
    expect(body).toContain("Please try again");
  });
});

describe("a page that cannot be had just now", () => {
  it.each([
    ["POST", "a recipient could not leave", { table: false }],
    ["GET", "the link key could not be read", { key: false }],
    ["POST", "the link key could not be read", { key: false }],
  ])("says so in time: %s, %s", async (method, warning, ill) => {
    Object.assign(healthy, ill);
    const { statusCode, headers, body } = await ask(method, links().unsubscribe);

    expect([statusCode, headers["retry-after"], warnings]).toEqual([503, "300", [warning]]);
    expect(body).toContain("Please try again");
  });
});

describe("an opt-out link", () => {
  it("asks first, and then ends tracking, not mail", async () => {
    expect((await ask("GET", links().optOut)).body).toContain("<form");
    expect(await lists.optOuts.isOptedOut(accountId, 3, "anna@example.org")).toBe(false);
    expect((await ask("POST", links().optOut)).body).toContain("Tracking is turned off");
    expect(await lists.optOuts.isOptedOut(accountId, 3, "anna@example.org")).toBe(true);
    expect([await listed(), told]).toEqual([[], []]);
  });
});

describe("what is none of ours", () => {
  it.each([
    ["GET", () => links().open.slice(0, -1)],
    ["GET", () => `${links().click("https://example.com/")}A`],
    ["GET", () => links().open.replace("/o/", "/c/")],
    ["POST", () => links().optOut.replace("/opt-out/", "/unsubscribe/")],
    ["POST", () => links().open],
    ["POST", () => links().click("https://example.com/")],
    ["DELETE", () => links().unsubscribe],
    [
      "GET",
      () =>
        `/c/${signLink({ kind: "click", accountId, messageId, url: "https://x.example" }, "x".repeat(64))}`,
    ],
    ["GET", () => `${links().unsubscribe}/more`],
    ["GET", () => "/unsubscribe/%3Cscript%3E"],
    ["GET", () => "/c/https://example.com"],
    ["GET", () => "/"],
    ["HEAD", () => "/o/"],
  ])("is not found: %s %s", async (method, path) => {
    const { statusCode, body, headers } = await ask(method, path());

    expect([statusCode, headers["location"]]).toEqual([404, undefined]);
    expect(body).not.toContain("script>");
    expect(told).toEqual([]);
  });
});
