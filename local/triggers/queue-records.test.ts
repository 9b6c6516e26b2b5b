import type { Message } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { doneMessages, queueRecord, withinPayload } from "./queue-records.ts";

function messages(...ids: string[]): Message[] {
  return ids.map((MessageId) => ({ MessageId, Body: "{}" }));
}

function done(payload: unknown, reportsFailures = true): (string | undefined)[] {
  return doneMessages(messages("a", "b"), JSON.stringify(payload), reportsFailures).map(
    ({ MessageId }) => MessageId,
  );
}

describe("a batch that a function answered", () => {
  it("is done but for the messages that it names", () => {
    expect(done({ batchItemFailures: [{ itemIdentifier: "a" }] })).toEqual(["b"]);
    expect(done({ batchItemFailures: [] })).toEqual(["a", "b"]);
    expect(done(null)).toEqual(["a", "b"]);
    expect(done({})).toEqual(["a", "b"]);
  });

  it("is failed altogether by a report that cannot be true", () => {
    expect(done({ batchItemFailures: [{ itemIdentifier: "c" }] })).toEqual([]);
    expect(done({ batchItemFailures: [{ itemIdentifier: "" }] })).toEqual([]);
    expect(done({ batchItemFailures: [{}] })).toEqual([]);
    expect(done({ batchItemFailures: "all" })).toEqual([]);
  });

  it("is done altogether where the mapping does not read reports", () => {
    expect(done({ batchItemFailures: [{ itemIdentifier: "a" }] }, false)).toEqual(["a", "b"]);
  });
});

describe("a message's record", () => {
  it("has the names that Lambda gives", () => {
    const message: Message = {
      MessageId: "id",
      ReceiptHandle: "handle",
      Body: "text",
      MD5OfBody: "md5",
      Attributes: { ApproximateReceiveCount: "2" },
      MessageAttributes: {
        kind: { DataType: "String", StringValue: "x" },
        raw: { DataType: "Binary", BinaryValue: Buffer.from([1]) },
      },
    };
    expect(queueRecord(message, "arn:queue")).toEqual({
      messageId: "id",
      receiptHandle: "handle",
      body: "text",
      md5OfBody: "md5",
      attributes: { ApproximateReceiveCount: "2" },
      messageAttributes: {
        kind: { dataType: "String", stringValue: "x" },
        raw: { dataType: "Binary", binaryValue: "AQ==" },
      },
      eventSource: "aws:sqs",
      eventSourceARN: "arn:queue",
      awsRegion: "us-east-1",
    });
  });
});

describe("a batch", () => {
  it("goes in one event while it fits", () => {
    expect(withinPayload(messages("a", "b"), 1_000)).toHaveLength(1);
    expect(withinPayload([], 1_000)).toEqual([]);
  });

  it("is split where it would be too large, with every message in one part, in order", () => {
    const large = messages("a", "b", "c").map((message) => ({ ...message, Body: "x".repeat(400) }));
    const parts = withinPayload(large, 1_000);
    expect(parts.map((part) => part.length)).toEqual([2, 1]);
    expect(parts.flat()).toEqual(large);
  });
});
