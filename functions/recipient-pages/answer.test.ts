import { describe, expect, it } from "vitest";
import { signUnsubscribe } from "../../shared/tracking/unsubscribe-token.ts";
import { answer } from "./answer.ts";

const key = "k".repeat(64);
const linkKeys = { key: async () => key };
const token = signUnsubscribe(
  {
    accountId: 7,
    domainName: "example.com",
    stream: "bulk",
    messageId: "0190",
    recipient: "anna@example.org",
  },
  key,
);

function ask(method: string, rawPath: string) {
  return answer({ linkKeys }, { rawPath, requestContext: { http: { method, sourceIp: "192.0.2.1" } } });
}

describe("an unsubscribe link", () => {
  it("is recognised, and the reader is told that it does nothing yet", async () => {
    const { statusCode, headers, body } = await ask("GET", `/unsubscribe/${token}`);

    expect(statusCode).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(body).toMatch(/<html lang="en">[\s\S]*<h1>Unsubscribe<\/h1>[\s\S]*recognised[\s\S]*not yet open/);
    expect(body).not.toContain("anna");
  });

  it("tells a mail program's one click to come back, not that it succeeded", async () => {
    const { statusCode, headers } = await ask("POST", `/unsubscribe/${token}`);

    expect(statusCode).toBe(503);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  });

  it.each([
    ["GET", `/unsubscribe/${token.slice(0, -1)}`],
    ["POST", `/unsubscribe/x${token}`],
    ["GET", `/unsubscribe/${token}/more`],
    ["GET", "/unsubscribe/"],
    ["GET", "/unsubscribe/%3Cscript%3E"],
    ["GET", "/"],
    ["DELETE", `/unsubscribe/${token}`],
  ])("is not found when it is none of ours: %s %s", async (method, path) => {
    const { statusCode, body } = await ask(method, path);

    expect(statusCode).toBe(404);
    expect(body).not.toContain("script>");
  });

  it("lets the page load nothing and be framed nowhere", async () => {
    const { headers } = await ask("GET", `/unsubscribe/${token}`);

    expect(headers["content-security-policy"]).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers["referrer-policy"]).toBe("no-referrer");
  });
});
