import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUnsubscribe, signUnsubscribe, type Unsubscribe } from "./unsubscribe-token.ts";

const key = "k".repeat(40);
const anna: Unsubscribe = {
  accountId: 7,
  domainName: "example.com",
  stream: "bulk",
  messageId: "0190",
  recipient: "anna@example.org",
};

describe("an unsubscribe token", () => {
  it("says who leaves what, and stands in a link as it is", () => {
    const token = signUnsubscribe(anna, key);

    expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/);
    expect(readUnsubscribe(token, key)).toEqual(anna);
  });

  it("means nothing under another key", () => {
    expect(readUnsubscribe(signUnsubscribe(anna, key), "x".repeat(40))).toBeUndefined();
  });

  it("means nothing once any of its characters is changed, added or missing", () => {
    const token = signUnsubscribe(anna, key);
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom("", "A", "B", "_", ".", "=", "é"),
        (place, other) => {
          fc.pre(token[place] !== other);
          const changed = token.slice(0, place) + other + token.slice(place + 1);
          return readUnsubscribe(changed, key) === undefined;
        },
      ),
      { numRuns: 500 },
    );
    expect(readUnsubscribe(`${token}A`, key)).toBeUndefined();
    expect(readUnsubscribe(`${token}.`, key)).toBeUndefined();
  });

  it("means nothing when it is anything else", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => readUnsubscribe(text, key) === undefined));
    expect(readUnsubscribe("a".repeat(100_000), key)).toBeUndefined();
  });
});
