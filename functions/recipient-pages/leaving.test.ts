import { describe, expect, it } from "vitest";
import { messageId, useRecipientPages } from "../../test/support/recipient-pages.ts";

const pages = useRecipientPages();
const { ask, links, listed, told, warnings, healthy, clock } = pages;

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
    await pages.lists.suppressions.remove(pages.accountId, entry?.id ?? "");
    await ask("POST", links().unsubscribe);
    const ids = told.map(({ eventId }) => eventId);

    expect(await listed()).toHaveLength(1);
    expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
  });

  it("works when the message has left the log", async () => {
    pages.row = undefined;
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
    expect(await pages.lists.optOuts.isOptedOut(pages.accountId, 3, "anna@example.org")).toBe(false);
    expect((await ask("POST", links().optOut)).body).toContain("Tracking is turned off");
    expect(await pages.lists.optOuts.isOptedOut(pages.accountId, 3, "anna@example.org")).toBe(true);
    expect([await listed(), told]).toEqual([[], []]);
  });
});
