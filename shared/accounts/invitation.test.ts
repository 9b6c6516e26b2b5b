import { describe, expect, it } from "vitest";
import { signToken } from "../platform/signed-token.ts";
import { readInvitation, shownName, signInvitation } from "./invitation.ts";

const key = "k".repeat(64);
const now = Date.UTC(2026, 2, 10, 12);
const link = { accountId: 2 ** 40, accessId: 7, invitationId: "0199a1b2-c3d4-7e5f-8a6b-0123456789ab" };
const token = signInvitation(link, now + 1, key);

describe("a link to an invitation", () => {
  it("leads to it, and is over when its time is", () => {
    expect(readInvitation(token, key, now)).toEqual({ ...link, isOver: false });
    expect(readInvitation(token, key, now + 1)).toEqual({ ...link, isOver: true });
  });

  it("leads nowhere once any of its characters is changed, added or missing, or under another key", () => {
    for (let place = 0; place <= token.length; place += 1) {
      for (const other of ["", "A", "B", "_", "AA"]) {
        const changed = token.slice(0, place) + other + token.slice(place + 1);
        if (changed !== token) expect(readInvitation(changed, key, now)).toBeUndefined();
      }
    }
    expect(readInvitation(token, "x".repeat(64), now)).toBeUndefined();
  });

  it("is no link that was signed for something else", () => {
    const bytes = Buffer.from(token, "base64url").subarray(0, -16);
    for (const letter of ["o", "c", "u", "n", "r"]) {
      const other = Buffer.concat([Buffer.from(letter), bytes.subarray(1)]);
      expect(readInvitation(signToken(other, key), key, now)).toBeUndefined();
    }
    expect(
      readInvitation(signToken(Buffer.concat([bytes, Buffer.from("x")]), key), key, now),
    ).toBeUndefined();
  });
});

describe("a name that is shown", () => {
  it.each([
    ["Till & Söhne", "Till & Söhne"],
    ["  Till \r\nBcc: eve@example.net\t ", "Till Bcc: eve@example.net"],
    ["Till\u202elliT\u2066", "TilllliT"],
    ["\u0000\u2028\u3000", ""],
    ["x".repeat(1_000), "x".repeat(100)],
    ["👩‍🚀 می‌خواهم", "👩‍🚀 می‌خواهم"],
  ])("is in one line and in order: %j", (name, shown) => {
    expect(shownName(name)).toBe(shown);
  });
});
