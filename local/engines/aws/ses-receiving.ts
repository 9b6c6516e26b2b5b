import { randomUUID } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Deliver, Mail } from "../mail.ts";

/** A rule by which SES takes mail in: into a bucket, and tells a topic. */
export interface ReceiptRule {
  readonly recipients: readonly string[];
  readonly bucket: string;
  readonly prefix: string;
  readonly topicArn: string;
}

/**
 * Amazon SES's receiving, as far as Postern uses it: a mail for a rule's addresses goes into the bucket, and a notice of
 * it to the topic. All other mail it leaves alone.
 */
export function mailReceiver(
  rules: readonly ReceiptRule[],
  { s3, sns }: { s3: S3Client; sns: SNSClient },
): Deliver {
  return async (mail) => {
    for (const rule of rules) {
      const matched = mail.to.filter((address) => rule.recipients.some((wanted) => takes(wanted, address)));
      if (matched.length > 0) await takeIn(rule, matched, mail);
    }
  };

  async function takeIn(rule: ReceiptRule, recipients: string[], { from, to, raw }: Mail): Promise<void> {
    const messageId = randomUUID().replaceAll("-", "");
    const objectKey = rule.prefix + messageId;
    await s3.send(new PutObjectCommand({ Bucket: rule.bucket, Key: objectKey, Body: raw }));
    const timestamp = new Date().toISOString();
    const notice = {
      notificationType: "Received",
      mail: { timestamp, source: from, messageId, destination: to },
      receipt: {
        ...{ timestamp, recipients, spamVerdict: { status: "PASS" }, virusVerdict: { status: "PASS" } },
        action: { type: "S3", topicArn: rule.topicArn, bucketName: rule.bucket, objectKey },
      },
    };
    await sns.send(
      new PublishCommand({
        TopicArn: rule.topicArn,
        Subject: "Amazon SES Email Receipt Notification",
        Message: JSON.stringify(notice),
      }),
    );
  }
}

/** A rule's address takes in what has a label behind its name, too: `fbl+anything@`. */
function takes(wanted: string, address: string): boolean {
  return address.toLowerCase().replace(/\+[^@]*@/, "@") === wanted.toLowerCase();
}
