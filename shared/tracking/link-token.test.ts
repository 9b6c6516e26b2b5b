import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clickTokenLength, readLink, signLink, type TrackingLink } from "./link-token.ts";

const key = "k".repeat(40);
const messageId = "0199a1b2-c3d4-7e5f-8a6b-0123456789ab";
const domain = { domainId: 3, domainName: "example.com" };
const of = { accountId: 7, messageId };
const recipient = "änna o'hara@example.org";

const links: TrackingLink[] = [
  { kind: "open", ...of },
  { kind: "click", ...of, url: "https://example.com/ä?a=1&b=%20#x" },
  { kind: "unsubscribe", ...of, ...domain, stream: "bulk", recipient },
  { kind: "unsubscribe", ...of, ...domain, stream: "transactional", recipient },
  { kind: "opt-out", ...of, ...domain, recipient, accountId: 2 ** 40 },
];

describe("a link's token", () => {
  it.each(links)("says what it means, and stands in a link as it is: $kind", (link) => {
    const token = signLink(link, key);

    expect(token).toMatch(/^[\w-]+$/);
    expect(readLink(token, key)).toEqual(link);
  });

  it("is short: 52 characters for a pixel, and under 2,000 for a target of 1,400 bytes", () => {
    const url = `https://example.com/${"x".repeat(1_380)}`;
    expect(signLink({ kind: "open", ...of }, key)).toHaveLength(52);
    expect(signLink({ kind: "click", ...of, url }, key).length).toBeLessThan(1_930);
  });

  it("has a length that its target alone decides", () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        fc.nat(2 ** 48 - 1),
        fc.uuid(),
        (url, accountId, uuid) => {
          const token = signLink({ kind: "click", accountId, messageId: uuid, url }, key);
          return token.length === clickTokenLength(url);
        },
      ),
    );
  });

  it("means nothing under another key", () => {
    for (const link of links) expect(readLink(signLink(link, key), "x".repeat(40))).toBeUndefined();
  });

  it("means nothing once any of its characters is changed, added or missing", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...links.map((link) => signLink(link, key))),
        fc.nat(),
        fc.constantFrom("", "A", "B", "_", ".", "=", "é", "+"),
        (token, anywhere, other) => {
          const place = anywhere % token.length;
          fc.pre(token[place] !== other);
          const changed = token.slice(0, place) + other + token.slice(place + 1);
          return readLink(changed, key) === undefined;
        },
      ),
      { numRuns: 2_000 },
    );
    for (const end of ["A", ".", "=", " ", "\n"]) {
      expect(readLink(signLink(links[0] as TrackingLink, key) + end, key)).toBeUndefined();
    }
  });

  it("means nothing when it is anything else", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => readLink(text, key) === undefined));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        return readLink(Buffer.from(bytes).toString("base64url"), key) === undefined;
      }),
    );
    expect(readLink("a".repeat(100_000), key)).toBeUndefined();
  });
});
