import { generateKeyPairSync } from "node:crypto";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const aws = { region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
const keyPair = generateKeyPairSync("rsa", { modulusLength: 2048 });
/** As in the domain's DKIM record. */
export const publicKey = keyPair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
/** The attributes with which an identity is made. */
export const signing = {
  DomainSigningSelector: "ps1",
  DomainSigningPrivateKey: keyPair.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
};

/** What the tests look at in a notification. */
export interface SesRecord {
  eventType: string;
  mail: {
    messageId: string;
    destination: string[];
    source: string;
    headers: { name: string; value: string }[];
    headersTruncated: boolean;
    commonHeaders: Record<string, unknown>;
    tags: Record<string, string[]>;
  };
  bounce?: { bounceType: string; bounceSubType: string; bouncedRecipients: { emailAddress: string }[] };
  complaint?: { complainedRecipients: { emailAddress: string }[] };
  delivery?: { recipients: string[] };
  deliveryDelay?: { delayType: string; delayedRecipients: { emailAddress: string; status: string }[] };
}

/** A message with headers that SES replaces and a body that is easily damaged. */
export const message = (...headers: string[]) =>
  Buffer.from(
    [
      "From: Sender <sender@here.example>",
      "To: to@there.example",
      "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
      "Message-ID: <mine@here.example>",
      "Date: Mon, 1 Jan 2001 00:00:00 +0000",
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
      ...headers,
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: 8bit",
      "",
      ".Grüße\tmit  Leerraum \r\n\r\nund Ende\r\n\r\n",
    ].join("\r\n"),
  );

/** A client that neither repeats a call nor waits long. */
export function sesClient(endpoint: string): SESv2Client {
  const requestHandler = { requestTimeout: 500, throwOnRequestTimeout: true };
  return new SESv2Client({ ...aws, endpoint, maxAttempts: 1, requestHandler });
}

/** A topic with one queue that hears all of it. */
export async function listeningTopic(url: string) {
  const sqs = new SQSClient({ ...aws, endpoint: url });
  const sns = new SNSClient({ ...aws, endpoint: url });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "events" }));
  const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "events" }));
  const Endpoint = "arn:aws:sqs:us-east-1:000000000000:events";
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
  const receive = async (): Promise<SesRecord[]> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { ReceiptHandle } of Messages) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    return Messages.map(({ Body = "" }) => JSON.parse(JSON.parse(Body).Message) as SesRecord);
  };
  return { topicArn: TopicArn, receive };
}
