import { describe, expect, it } from "vitest";
import { readCopyLink, signCopyLink } from "./copy-link.ts";
import { readLink, signLink } from "./link-token.ts";

const key = "k".repeat(64);
const now = Date.UTC(2026, 2, 10, 12);
const message = { accountId: 2 ** 40, messageId: "0199a1b2-c3d4-7e5f-8a6b-0123456789ab" };
const token = signCopyLink({ ...message, until: now + 1 }, key);

describe("a link to a message as it was sent", () => {
  it("leads to the message until its time is over", () => {
    expect(readCopyLink(token, key, now)).toEqual(message);
    expect(readCopyLink(token, key, now + 1)).toBeUndefined();
  });

  it("leads nowhere once any of its characters is changed, added or missing, or under another key", () => {
    for (let place = 0; place < token.length; place += 1) {
      for (const other of ["", "A", "B", "_", "AA"]) {
        const changed = token.slice(0, place) + other + token.slice(place + 1);
        if (changed !== token) expect(readCopyLink(changed, key, now)).toBeUndefined();
      }
    }
    expect(readCopyLink(token, "x".repeat(64), now)).toBeUndefined();
  });

  it("is no link for recipients, and none of these leads to a message", () => {
    expect(readLink(token, key)).toBeUndefined();
    const click = { kind: "click", ...message, url: "\u0001\u0001\u0001\u0001\u0001\u0001" } as const;
    for (const link of [{ kind: "open", ...message } as const, click]) {
      expect(readCopyLink(signLink(link, key), key, 0)).toBeUndefined();
    }
  });
});
