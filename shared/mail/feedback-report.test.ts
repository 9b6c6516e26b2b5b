import { describe, expect, it } from "vitest";
import { readFeedbackReport } from "./feedback-report.ts";
import { soleValue } from "./header-block.ts";

/** As in RFC 5965, appendix B.2. */
const full = `From: <abusedesk@example.com>
Date: Thu, 8 Mar 2005 17:40:36 EDT
Subject: FW: Earn money
To: <abuse@example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message received from IP
192.0.2.1 on Thu, 8 Mar 2005 14:00:00 EDT.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: Abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <somespammer@example.net>
Original-Rcpt-To: <user@example.com>
Arrival-Date: Thu, 8 Mar 2005 14:00:00 -0500
Reporting-MTA: dns; mail.example.com
Source-IP: 192.0.2.1

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

From: <somespammer@example.net>
Feedback-ID: welcome:7:bulk:postern
CFBL-Feedback-ID: 7.01941f29-7c00-7aaa-9aaa-aaaaaaaaaaaa
Subject: Earn money
Message-ID: 8787KJKJ3K4J3K4J3K4J3.mail@example.net

Spam Spam Spam
--not a delimiter
--part1_13d.2e68ed54_boundary--
`;

describe.each([
  ["LF", full],
  ["CRLF", full.replaceAll("\n", "\r\n")],
])("a feedback report with lines that end in %s", (_name, raw) => {
  it("tells its kind, and the header of the message", () => {
    const report = readFeedbackReport(raw);

    expect(report).toMatchObject({
      feedbackType: "abuse",
      to: "<abuse@example.net>",
    });
    expect(soleValue(report?.original ?? [], "feedback-id")).toBe("welcome:7:bulk:postern");
    expect(report?.original.map(({ name }) => name)).toEqual([
      "from",
      "feedback-id",
      "cfbl-feedback-id",
      "subject",
      "message-id",
    ]);
  });
});

describe("a feedback report", () => {
  it("may hold only the message's header, encoded", () => {
    const header = Buffer.from("Feedback-ID: 7:bulk:postern\r\n\r\n").toString("base64");
    const raw = full
      .replace(
        "Content-Type: message/rfc822",
        "Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64",
      )
      .replace(/Content-Disposition: inline\n\n[\s\S]*?\n--not a delimiter/, `\n${header}`);
    const report = readFeedbackReport(raw);

    expect(report?.original.map(({ name }) => name)).toEqual(["feedback-id"]);
  });

  it("may keep the message to itself", () => {
    const raw = full.replace("message/rfc822", "text/plain");

    expect(readFeedbackReport(raw)?.original).toEqual([]);
  });

  it.each([
    ["is empty", ""],
    ["is an ordinary email", "From: a@b.example\n\nThis is spam!"],
    ["has no boundary", full.replace(/;\s+boundary=.*/, "")],
    ["is another kind of report", full.replace("message/feedback-report", "message/delivery-status")],
    ["does not say what it is about", full.replace("Feedback-Type: Abuse\n", "")],
  ])("is none when the email %s", (_what, raw) => {
    expect(readFeedbackReport(raw)).toBeUndefined();
  });
});
