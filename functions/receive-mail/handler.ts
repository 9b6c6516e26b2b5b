import { incomingNoticeSchema } from "../../shared/delivery/incoming-mail.ts";
import { receiveMail } from "../../shared/delivery/receive-mail.ts";
import { eachRecord } from "../../shared/platform/each-alone.ts";
import { logger } from "../../shared/platform/observability.ts";
import type { QueueEvent, QueueRecord, QueueResponse } from "../../shared/platform/queue-event.ts";
import { depsFromEnvironment } from "./deps.ts";

const deps = depsFromEnvironment();

/** Works off mail for the service itself that Amazon SES has taken in; what fails comes again, alone. */
export async function handler(event: QueueEvent): Promise<QueueResponse> {
  return await eachRecord(event, { text: "a mail was not received" }, receive);
}

async function receive({ body }: QueueRecord): Promise<void> {
  const { mail, receipt } = incomingNoticeSchema.parse(JSON.parse(body));
  const raw = await deps.files.read(receipt.action.objectKey);
  const at = Date.parse(mail.timestamp);
  const outcome = await receiveMail(deps, { id: mail.messageId, recipients: receipt.recipients, raw, at });
  logger.info("a mail was received", { sesMessageId: mail.messageId, outcome });
}
