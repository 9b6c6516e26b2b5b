import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PosternError } from "../platform/errors.ts";
import { sendingDomainName } from "./domain-name.ts";

function mistakeIn(typed: string): string | undefined {
  try {
    sendingDomainName(typed);
    return undefined;
  } catch (error) {
    if (error instanceof PosternError) return error.message;
    throw error;
  }
}

describe("a sending domain's name", () => {
  it.each([
    ["example.com", "example.com"],
    [" Example.COM ", "example.com"],
    ["mail.shop.example.co.uk", "mail.shop.example.co.uk"],
    ["bücher.de", "xn--bcher-kva.de"],
    ["shop.test", "shop.test"],
    ["wwwhite.com", "wwwhite.com"],
  ])("%j is kept as %s", (typed, kept) => {
    expect(sendingDomainName(typed)).toBe(kept);
  });

  it.each([
    ["com", "is not a valid"],
    ["co.uk", "is not a valid"],
    ["localhost", "is not a valid"],
    ["192.0.2.1", "is not a valid"],
    ["0x7f.1", "is not a valid"],
    ["[::1]", "is not a valid"],
    ["a..b.com", "is not a valid"],
    ["-a.com", "is not a valid"],
    ["a_b.com", "is not a valid"],
    ["exa mple.com", "is not a valid"],
    ["https://example.com", "is not a valid"],
    ["example.com/path", "is not a valid"],
    ["user@example.com", "is not a valid"],
    ["example.com\r\nBcc: x", "is not a valid"],
    ["", "is not a valid"],
    [`${"a".repeat(64)}.com`, "is not a valid"],
    [`${"a.".repeat(130)}com`, "is not a valid"],
    ["a".repeat(6_000_000), "is not a valid"],
    ["www.example.com", "without www."],
    ["WWW.example.com", "without www."],
    ["gmail.com", "public mailbox"],
    ["mail.hotmail.com", "public mailbox"],
  ])("%.40j is refused: it %s", (typed, mistake) => {
    expect(mistakeIn(typed)).toContain(mistake);
  });

  it("is a lower-case host name or refused, whatever is typed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.string({ unit: "binary" })), (typed) => {
        if (mistakeIn(typed) !== undefined) return;
        const name = sendingDomainName(typed);
        expect(name).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
        expect(sendingDomainName(name)).toBe(name);
      }),
    );
  });
});
