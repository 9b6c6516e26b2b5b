import { describe, expect, it } from "vitest";
import { mostHits } from "../../shared/tracking/recent-hits.ts";
import { messageId, noon, useRecipientPages } from "../../test/support/recipient-pages.ts";

const pages = useRecipientPages();
const { ask, links, told, warnings, healthy, clock } = pages;

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
      accountId: pages.accountId,
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
    pages.row = pages.row && { ...pages.row, opensCount: mostHits, clicksCount: mostHits - 1 };
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
    expect(pages.reads).toBe(mostHits);
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
    pages.row = undefined;
    expect((await ask("GET", links().click("https://example.com/"))).statusCode).toBe(302);
    expect(told).toEqual([]);
  });
});
