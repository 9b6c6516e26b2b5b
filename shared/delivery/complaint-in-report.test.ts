import { describe, expect, it } from "vitest";
import { derivedId } from "../platform/ids.ts";
import { complaintInReport } from "./complaint-in-report.ts";

const now = Date.UTC(2026, 0, 31, 12);
const messageId = "01941f29-7c00-7aaa-9aaa-aaaaaaaaaaaa";

function report(header: string, { type = "abuse", to = "fbl@mail.example.net" } = {}): string {
  return [
    `From: feedback@provider.example\nTo: ${to}`,
    'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n',
    "--b\nContent-Type: text/plain\n\nA complaint.",
    `--b\nContent-Type: message/feedback-report\n\nFeedback-Type: ${type}\nVersion: 1\n`,
    `--b\nContent-Type: text/rfc822-headers\n\n${header}\n\n--b--\n`,
  ].join("\n");
}

describe("a feedback report", () => {
  it.each([
    ["the field that it must quote", `CFBL-Feedback-ID: 7.${messageId}`, undefined],
    [
      "our two other fields",
      `Feedback-ID: 7:bulk:postern\nCFBL-Address: fbl+${messageId}@mail.example.net; report=arf`,
      undefined,
    ],
    ["the address to which it goes", "Feedback-ID: news:7:bulk:postern", `fbl+${messageId}@mail.example.net`],
  ])("is a complaint about the message that %s names", (_what, header, to) => {
    expect(complaintInReport(report(header, { ...(to && { to }) }), now)).toEqual({
      kind: "spam_complaint",
      eventId: derivedId(messageId, "spam_complaint"),
      accountId: 7,
      messageId,
      at: now,
      feedbackType: "abuse",
    });
  });

  it("that takes a complaint back is none", () => {
    expect(
      complaintInReport(report(`CFBL-Feedback-ID: 7.${messageId}`, { type: "not-spam" }), now),
    ).toBeUndefined();
  });

  it.each([
    ["names no message", report("Subject: Hello")],
    ["names a message that cannot be ours", report("CFBL-Feedback-ID: 7.1234")],
    ["is no report", "Subject: Hello\n\nThis is spam"],
  ])("is refused when it %s", (_what, raw) => {
    expect(() => complaintInReport(raw, now)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });
});
