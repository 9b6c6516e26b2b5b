import { describe, expect, it } from "vitest";
import { isFieldName, isFoldable, isOneLine, isReservedField } from "./header-field.ts";

describe("a header field", () => {
  it.each(["\r", "\n", "\r\n", "\0", "\u000b", "\u001b", "\u007f"])("cannot hold %j", (control) => {
    expect(isOneLine(`a${control}Bcc: b@example.net`)).toBe(false);
  });

  it("may hold tabs and every script", () => {
    expect(isOneLine("tab\there, 日本語, 😀")).toBe(true);
  });

  it("is folded between words, so that only one word can be too long", () => {
    expect(isFoldable("word ".repeat(5_000))).toBe(true);
    expect(isFoldable("w".repeat(901))).toBe(false);
  });

  it("has a name of printable ASCII without colon and space", () => {
    expect(["X-Origin", "a", "x_y.z!"].every(isFieldName)).toBe(true);
    expect(["", "X Origin", "X:Y", "X\r\nBcc", "Ünder", "__proto__", "x".repeat(77)].some(isFieldName)).toBe(
      false,
    );
  });

  it("is reserved in any case of its letters", () => {
    expect(
      ["From", "MESSAGE-ID", "x-ses-configuration-set", "Resent-To", "ARC-Seal"].every(isReservedField),
    ).toBe(true);
    expect(["X-Origin", "References", "In-Reply-To", "List-Unsubscribe"].some(isReservedField)).toBe(false);
  });
});
