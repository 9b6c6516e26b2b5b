import { describe, expect, it } from "vitest";
import { signLink } from "../../shared/tracking/link-token.ts";
import { messageId, useRecipientPages } from "../../test/support/recipient-pages.ts";

const pages = useRecipientPages();
const { ask, links, told } = pages;

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
        `/c/${signLink({ kind: "click", accountId: pages.accountId, messageId, url: "https://x.example" }, "x".repeat(64))}`,
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
