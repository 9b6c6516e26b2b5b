import { GetQueueUrlCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { newId } from "../../shared/platform/ids.ts";
import type { Customer } from "./local-cloud.ts";

/** Puts a job of that account among the dead letters of the transactional queue. @returns the letter's id */
export async function deadJob(
  { accountId, domain }: Pick<Customer, "accountId" | "domain">,
  sqs: SQSClient,
  { subject, to }: { subject: string; to: string },
): Promise<string> {
  const content = {
    ...{ from: { email: `hello@${domain}` }, to: [{ email: to }], cc: [] },
    ...{ subject, text: "Hello", headers: {}, attachments: [] },
  };
  const job = {
    ...{ version: 1, submissionId: newId(Date.now()), accountId, stream: "transactional" },
    ...{ domainName: domain, acceptedAt: Date.now(), attempt: 0 },
    content: { stored: [], inline: content },
    recipients: [{ messageId: newId(Date.now()), email: to, kind: "to" }],
  };
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: "Postern-DeliverTransactionalDeadLetters" }),
  );
  const MessageBody = JSON.stringify(job);
  return (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))).MessageId ?? "";
}
