import { incomingNoticeSchema } from "../../shared/delivery/incoming-mail.ts";
import { receiveMail } from "../../shared/delivery/receive-mail.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";
import type { QueueEvent, QueueRecord, QueueResponse } from "../../shared/platform/queue-event.ts";
import { depsFromEnvironment } from "./deps.ts";

const deps = depsFromEnvironment();

/** Works off mail for the service itself that Amazon SES has taken in; what fails comes again, alone. */
export async function handler(event: QueueEvent): Promise<QueueResponse> {
  const failed: string[] = [];
  for (const record of event.Records) {
    try {
      await receive(record);
    } catch (error) {
      logger.error("a mail was not received", { sqsMessageId: record.messageId, failure: failureOf(error) });
      failed.push(record.messageId);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function receive({ body }: QueueRecord): Promise<void> {
  const { mail, receipt } = incomingNoticeSchema.parse(JSON.parse(body));
  const raw = await deps.files.read(receipt.action.objectKey);
  const at = Date.parse(mail.timestamp);
  const outcome = await receiveMail(deps, { id: mail.messageId, recipients: receipt.recipients, raw, at });
  logger.info("a mail was received", { sesMessageId: mail.messageId, outcome });
}
