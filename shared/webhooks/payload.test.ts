import { describe, expect, it } from "vitest";
import type { MessageEvent } from "../contracts/message-event.ts";
import { type LoggedMessage, payloadOf } from "./payload.ts";

const message: LoggedMessage = {
  messageId: "5b0c1a52-0f3d-4a6e-9a77-2d1f4f0b9c11",
  stream: "bulk",
  to: "reader@example.net",
  domainName: "till.example",
};
const common = {
  eventId: "c9a1f0de-7e1b-4d0f-8c53-6f6f7f1f2a01",
  accountId: 7,
  messageId: message.messageId,
  at: 1_767_225_600_999,
};
const always = {
  timestamp: 1_767_225_600,
  sending_stream: "bulk",
  message_id: common.messageId,
  email: "reader@example.net",
  event_id: common.eventId,
  sending_domain_name: "till.example",
};
const bounced = { response: "5.1.1 no", responseCode: 550, bounceCategory: "badrecipient" } as const;
const bouncedPayload = { response: "5.1.1 no", response_code: 550, bounce_category: "badrecipient" };
const visitor = { ip: "198.51.100.9", userAgent: "Reader/1.0" };
const visitorPayload = { ip: "198.51.100.9", user_agent: "Reader/1.0" };

const cases: [MessageEvent, Record<string, unknown>][] = [
  [
    { ...common, kind: "delivery", esp: "Google", response: "250 ok", sendingIp: "192.0.2.1" },
    { event: "delivery" },
  ],
  [
    { ...common, kind: "soft_bounce", ...bounced },
    { event: "soft bounce", ...bouncedPayload },
  ],
  [
    { ...common, kind: "bounce", ...bounced },
    { event: "bounce", ...bouncedPayload },
  ],
  [
    { ...common, kind: "suspension", reason: "r" },
    { event: "suspension", reason: "r" },
  ],
  [
    { ...common, kind: "reject", reason: "r" },
    { event: "reject", reason: "r" },
  ],
  [
    { ...common, kind: "open", ...visitor },
    { event: "open", ...visitorPayload },
  ],
  [
    { ...common, kind: "click", ...visitor, url: "https://a.example" },
    { event: "click", ...visitorPayload, url: "https://a.example" },
  ],
  [{ ...common, kind: "unsubscribe" }, { event: "unsubscribe" }],
  [{ ...common, kind: "spam_complaint", feedbackType: "abuse" }, { event: "spam" }],
];

describe("what an endpoint is told", () => {
  it.each(cases)("of %o", (event, told) => {
    expect(JSON.parse(JSON.stringify(payloadOf(event, message)))).toEqual({ ...always, ...told });
  });

  it("has the message's category and variables, if it has any", () => {
    const event: MessageEvent = { ...common, kind: "delivery" };
    const labelled = { ...message, category: "Receipts", customVariables: { order: "771" } };
    expect(payloadOf(event, labelled)).toMatchObject({
      category: "Receipts",
      custom_variables: { order: "771" },
    });
    expect(payloadOf(event, { ...message, customVariables: {} })).not.toHaveProperty("custom_variables");
  });
});
