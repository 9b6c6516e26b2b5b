import { describe, expect, it } from "vitest";
import { enhancedStatus, meaningOfReply } from "./smtp-reply.ts";

describe("a negative SMTP reply", () => {
  it.each([
    [550, "550 5.1.1 no such user", "permanent"],
    [550, "550-5.7.26 This message is unauthenticated", "permanent"],
    [554, "554 refused", "permanent"],
    [552, "552 5.2.2 mailbox full", "permanent"],
    [550, "550 4.2.2 over quota for now", "temporary"],
    [450, "450 4.2.0 greylisted", "temporary"],
    [451, "451 5.7.1 contradicts itself", "temporary"],
    [421, "421 too busy", "temporary"],
    [354, "354 out of order", "temporary"],
  ] as const)("%i %s is %s", (code, text, meaning) => {
    expect(meaningOfReply(code, text)).toBe(meaning);
  });

  it("has its enhanced code at the beginning of its text and nowhere else", () => {
    expect(enhancedStatus("5.1.1 no such user")).toBe("5.1.1");
    expect(enhancedStatus("550 try 5.1.1")).toBeUndefined();
    expect(enhancedStatus("550 5.1.1234 nonsense")).toBeUndefined();
  });
});
