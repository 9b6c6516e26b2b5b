import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asciiDomain, readAddress } from "./address.ts";

describe("an address", () => {
  it.each([
    ["reader@example.net", "reader@example.net", "example.net"],
    ["Reader.Two+tag@Example.NET", "Reader.Two+tag@example.net", "example.net"],
    ["o'neil!#$%&*/=?^_`{|}~-@example.net", "o'neil!#$%&*/=?^_`{|}~-@example.net", "example.net"],
    ["jan@münchen.example", "jan@xn--mnchen-3ya.example", "xn--mnchen-3ya.example"],
    ["jan@例え.テスト", "jan@xn--r8jz45g.xn--zckzah", "xn--r8jz45g.xn--zckzah"],
    [`${"a".repeat(64)}@example.net`, `${"a".repeat(64)}@example.net`, "example.net"],
  ])("%s is read with its domain in A-labels and its local part as written", (text, email, domain) => {
    expect(readAddress(text)).toEqual({ email, domain });
  });

  it.each([
    ["nothing", ""],
    ["no at sign", "reader.example.net"],
    ["no local part", "@example.net"],
    ["no domain", "reader@"],
    ["two at signs", "a@b@example.net"],
    ["a comment", "reader(home)@example.net"],
    ["a comment in the domain", "reader@example.net(home)"],
    ["a quoted local part", '"reader two"@example.net'],
    ["a quoted address inside", '"victim@example.org" @example.net'],
    ["a display name", "Reader <reader@example.net>"],
    ["an angle bracket", "reader>@example.net"],
    ["a list", "a@example.net,b@example.net"],
    ["a dot at the start", ".reader@example.net"],
    ["two dots in a row", "rea..der@example.net"],
    ["a space around it", " reader@example.net"],
    ["an address literal", "reader@[192.0.2.1]"],
    ["an IP address for a domain", "reader@192.0.2.1"],
    ["a hexadecimal IP address", "reader@0x7f.1"],
    ["a host without a dot", "reader@localhost"],
    ["an underscore in the domain", "reader@a_b.example"],
    ["an empty label", "reader@example..net"],
    ["a dot at the end", "reader@example.net."],
    ["a hyphen at a label's edge", "reader@-example.net"],
    ["a percent sign in the domain", "reader@ex%41mple.net"],
    ["a slash in the domain", "reader@example.net/path"],
    ["a port", "reader@example.net:25"],
    ["CR LF", "reader@example.net\r\nBcc: x@example.org"],
    ["LF in the local part", "rea\nder@example.net"],
    ["NUL", "reader\u0000@example.net"],
    ["a local part of 65", `${"a".repeat(65)}@example.net`],
    ["a label of 64", `reader@${"a".repeat(64)}.net`],
    ["six million characters", `${"a".repeat(6_000_000)}@example.net`],
  ])("with %s is invalid", (_, text) => {
    expect(readAddress(text)).toBe("invalid");
  });

  it("has at most 254 characters", () => {
    const addressOf = (length: number) =>
      `${"a".repeat(64)}@${"b.".repeat(90)}example${"x".repeat(length - 252)}`;
    expect(readAddress(addressOf(254))).toMatchObject({ email: addressOf(254) });
    expect(readAddress(addressOf(255))).toBe("invalid");
  });

  it("with a local part beyond ASCII is told apart, since it is valid elsewhere", () => {
    expect(readAddress("jörg@example.net")).toBe("non-ascii-local-part");
    expect(readAddress("jö\u0085rg@example.net")).toBe("invalid");
  });

  it("that was read never holds a character that could start a second header, command or address", () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'ab.@"<>(),;:\\[] \r\n\0%/ü。') });
    fc.assert(
      fc.property(fc.tuple(hostile, hostile), ([local, domain]) => {
        const read = readAddress(`${local}@${domain}.example`);
        if (typeof read === "string") return;
        expect(read.email).toMatch(/^[a-z.%/]+@[a-z0-9.-]+$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a domain name", () => {
  it("compares equal however it is written", () => {
    expect(asciiDomain("MÜNCHEN.Example")).toBe(asciiDomain("xn--mnchen-3ya.example"));
  });

  it("is not decoded, cut or guessed", () => {
    expect(["ex%61mple.net", "example.net/x", "a b.example", ""].map(asciiDomain)).toEqual(
      Array(4).fill(undefined),
    );
  });
});
