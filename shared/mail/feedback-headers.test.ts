import { describe, expect, it } from "vitest";
import { complaintFields, feedbackId, subjectBetween, subjectOf } from "./feedback-headers.ts";

const message = { accountId: 7, messageId: "01941f29-7c00-7aaa-9aaa-aaaaaaaaaaaa" };

describe("what feedback loops go by", () => {
  it("is at most four fields, ours last and always the same", () => {
    expect(feedbackId({ category: "welcome", accountId: 7, stream: "bulk" })).toBe("welcome:7:bulk:postern");
    expect(feedbackId({ accountId: 7, stream: "bulk" })).toBe("7:bulk:postern");
  });

  it("lets no category add a field or a line", () => {
    const id = feedbackId({ category: `a:b\r\nX: ü${"x".repeat(300)}`, accountId: 7, stream: "bulk" });

    expect(id).toMatch(/^a_b_X_x{58}:7:bulk:postern$/);
  });

  it("names the message in the address for complaints, and in the field that reports must quote", () => {
    const fields = complaintFields(message, "mail.example.net");

    expect(fields).toEqual({
      "CFBL-Address": `fbl+${message.messageId}@mail.example.net; report=arf`,
      "CFBL-Feedback-ID": `7.${message.messageId}`,
    });
    expect(subjectOf(fields["CFBL-Feedback-ID"] ?? "")).toEqual(message);
    for (const category of [undefined, "welcome", "9:bulk:postern"]) {
      const id = feedbackId({ category, accountId: 7, stream: "bulk" });
      expect(subjectBetween(id, fields["CFBL-Address"] ?? "")).toEqual(message);
    }
  });

  it("names no message where it is not ours", () => {
    for (const text of ["", "7", "7.x", `x.${message.messageId}`, `7.${message.messageId}0`]) {
      expect(subjectOf(text)).toBeUndefined();
    }
    expect(subjectBetween("a:b:c:other", `fbl+${message.messageId}@x`)).toBeUndefined();
    expect(subjectBetween("7:bulk:postern", "abuse@x")).toBeUndefined();
  });
});
