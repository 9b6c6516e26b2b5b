import type { Message } from "@aws-sdk/client-sqs";
import { localRegion } from "../template/account.ts";

/** A message as a function receives it from Lambda's poller. */
export function queueRecord(message: Message, queueArn: string): object {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      attributes.map(([name, { StringValue, BinaryValue, DataType }]) => [
        name,
        {
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString("base64") }),
          dataType: DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: localRegion,
  };
}

/** Splits a batch so that each event fits Lambda's payload; ten messages of a mebibyte do not. */
export function withinPayload(messages: readonly Message[], limitBytes: number): (readonly Message[])[] {
  // JSON makes at most six characters of one; batches that fit whatever they hold are not measured.
  const characters = messages.reduce((sum, { Body = "" }) => sum + Body.length, 0);
  if (messages.length > 0 && characters * 6 < limitBytes) return [messages];
  const batches: Message[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = JSON.stringify(message).length;
    if (bytes + size > limitBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(message);
    bytes += size;
  }
  return batches;
}

/**
 * The messages that a function has done, which the poller deletes. A report that is malformed or names an
 * unknown message fails the whole batch, as Lambda documents for partial batch responses.
 *
 * @param payload the function's answer, JSON text
 */
export function doneMessages(
  messages: readonly Message[],
  payload: string,
  reportsFailures: boolean,
): readonly Message[] {
  if (!reportsFailures) return messages;
  const report: unknown = JSON.parse(payload);
  const { batchItemFailures: failures } = Object(report) as { batchItemFailures?: unknown };
  if (failures === undefined || failures === null) return messages;
  if (!Array.isArray(failures)) return [];
  const failed = new Set(failures.map((failure) => Object(failure).itemIdentifier));
  const known = new Set<unknown>(messages.map(({ MessageId }) => MessageId));
  if ([...failed].some((id) => !known.has(id))) return [];
  return messages.filter(({ MessageId }) => !failed.has(MessageId));
}
