import { describe, expect, it } from "vitest";
import { complaintAddress, feedbackId } from "./feedback-headers.ts";

describe("what feedback loops go by", () => {
  it("is at most four fields, ours last and always the same", () => {
    expect(feedbackId({ category: "welcome", accountId: 7, stream: "bulk" })).toBe("welcome:7:bulk:postern");
    expect(feedbackId({ accountId: 7, stream: "bulk" })).toBe("7:bulk:postern");
  });

  it("lets no category add a field or a line", () => {
    const id = feedbackId({ category: `a:b\r\nX: ü${"x".repeat(300)}`, accountId: 7, stream: "bulk" });

    expect(id).toMatch(/^a_b_X_x{58}:7:bulk:postern$/);
  });

  it("names the message in the address for complaints", () => {
    expect(complaintAddress("0190", "mail.example.net")).toBe("fbl+0190@mail.example.net; report=arf");
  });
});
