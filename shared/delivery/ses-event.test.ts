import { describe, expect, it } from "vitest";
import { sesRecords } from "../../test/support/ses-records.ts";
import type { MessageEvent } from "../contracts/message-event.ts";
import { derivedId, newId } from "../platform/ids.ts";
import { eventsIn } from "./provider-event.ts";

const accountId = 7;
const messageId = newId(Date.UTC(2017, 7, 5));
const records = sesRecords({ "account-id": [String(accountId)], "message-id": [messageId] });

function eventOf(record: object): MessageEvent | undefined {
  const { events } = eventsIn(JSON.stringify(record));
  expect(events.length).toBeLessThan(2);
  return events[0];
}

describe("an event of SES", () => {
  it("Delivery is a delivery", () => {
    expect(eventOf(records.delivery)).toEqual({
      kind: "delivery",
      accountId,
      messageId,
      eventId: derivedId(messageId, "delivery"),
      at: Date.UTC(2016, 9, 19, 23, 21, 4, 133),
      response: "250 2.6.0 Message received",
      sendingIp: "192.0.2.0",
    });
    expect(eventsIn(JSON.stringify(records.delivery)).recipientDomain).toBe("example.com");
  });

  it("Bounce is a bounce with what the delivery report says", () => {
    expect(eventOf(records.documentedBounce)).toMatchObject({
      kind: "bounce",
      at: Date.UTC(2017, 7, 5, 0, 41, 2, 669),
      response: "550 5.1.1 user unknown",
      responseCode: 550,
      enhancedStatus: "5.1.1",
      bounceCategory: "badrecipient",
    });
  });

  it("DeliveryDelay is a soft bounce", () => {
    expect(eventOf(records.documentedDelay)).toMatchObject({
      kind: "soft_bounce",
      at: Date.UTC(2020, 5, 16, 0, 25, 40, 95),
      response: "421 4.4.1 Unable to connect to remote host",
      responseCode: 421,
      enhancedStatus: "4.4.1",
      bounceCategory: "timeout",
    });
  });

  it("Complaint is a complaint, unless it says that the message is no spam", () => {
    expect(eventOf(records.complaint())).toMatchObject({ kind: "spam_complaint", feedbackType: "abuse" });
    expect(eventOf(records.complaint({ complaintFeedbackType: undefined }))?.kind).toBe("spam_complaint");
    expect(eventOf(records.complaint({ complaintFeedbackType: "not-spam" }))).toBeUndefined();
  });

  it("Complaint about an earlier message that SES remembers is a rejection: nobody complained now", () => {
    expect(eventOf(records.complaint({ complaintSubType: "OnAccountSuppressionList" }))).toMatchObject({
      kind: "reject",
      reason: "Recipient in suppression list. Reason: spam complaint",
    });
  });

  it("Reject and Rendering Failure are rejections", () => {
    expect(eventOf(records.reject)).toMatchObject({ kind: "reject", reason: "Bad content" });
    expect(eventOf(records.renderingFailure)).toMatchObject({
      kind: "reject",
      reason: expect.stringContaining("attributeName"),
    });
  });

  it("Send, and what SES itself tracks, tell nothing new", () => {
    expect(eventOf(records.send)).toBeUndefined();
    expect(eventOf(records.open)).toBeUndefined();
  });

  it("has the same id when it is repeated, and another when it happens again", () => {
    const later = structuredClone(records.documentedDelay);
    later.deliveryDelay.timestamp = "2020-06-16T00:45:40.095Z";
    const ids = [records.documentedDelay, records.documentedDelay, later].map(
      (record) => eventOf(record)?.eventId,
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  it("is none where the message is none of ours", () => {
    expect(eventOf(sesRecords({}).delivery)).toBeUndefined();
    const foreign = sesRecords({ "account-id": ["7"], "message-id": ["not-a-uuid"] });
    expect(eventOf(foreign.delivery)).toBeUndefined();
  });
});

describe("a bounce of SES", () => {
  const failed = { action: "failed" };

  it.each([
    ["Permanent", "NoEmail", failed, "bounce", "badrecipient"],
    ["Permanent", "General", failed, "bounce", "generalfail"],
    ["Permanent", "Suppressed", failed, "bounce", "badrecipient"],
    ["Permanent", "OnAccountSuppressionList", failed, "bounce", "badrecipient"],
    ["Permanent", "General", {}, "bounce", "generalfail"],
    ["Transient", "MailboxFull", failed, "bounce", "overquota"],
    ["Transient", "MessageTooLarge", failed, "bounce", "serverpolicy"],
    ["Transient", "ContentRejected", failed, "bounce", "content"],
    ["Transient", "AttachmentRejected", failed, "bounce", "content"],
    ["Transient", "CustomTimeoutExceeded", failed, "bounce", "timeout"],
    ["Transient", "General", failed, "bounce", "transientfail"],
    ["Transient", "General", { status: "4.4.7" }, "bounce", "timeout"],
    ["Transient", "General", { action: "delayed" }, "soft_bounce", "transientfail"],
    ["Undetermined", "Undetermined", { status: "5.7.1" }, "bounce", "serverpolicy"],
  ])("%s %s with %j is a %s: %s", (type, subType, recipient, kind, bounceCategory) => {
    expect(eventOf(records.bounce(type, subType, recipient))).toMatchObject({ kind, bounceCategory });
  });

  it.each([
    ["Transient", "General", "transientfail"],
    ["Undetermined", "Undetermined", "other"],
  ])("that is an automatic answer (%s %s without a report) bounces nothing", (type, subType, category) => {
    expect(eventOf(records.bounce(type, subType))).toMatchObject({
      kind: "soft_bounce",
      bounceCategory: category,
    });
  });
});

describe("a delay of SES", () => {
  it.each([
    ["MailboxFull", "overquota"],
    ["SpamDetected", "spam"],
    ["RecipientServerError", "serverfail"],
    ["IPFailure", "block"],
    ["TransientCommunicationFailure", "timeout"],
    ["InternalFailure", "transientfail"],
    ["Something new", "transientfail"],
  ])("of type %s without a word of the server means %s", (delayType, bounceCategory) => {
    expect(eventOf(records.delay(delayType, {}))).toMatchObject({ kind: "soft_bounce", bounceCategory });
  });
});
