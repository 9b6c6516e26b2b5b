import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { recordProviderEvents } from "../../shared/delivery/record-provider-events.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { documentClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";
import type { QueueEvent, QueueResponse } from "../../shared/platform/queue-event.ts";

const { MESSAGES_TABLE } = readEnvironment({ [environmentNames.messagesTable]: z.string() });
const messages = messageStore({ client: documentClient(), table: MESSAGES_TABLE, clock });

/** Records what SES says became of messages; what fails comes again, alone. */
export async function handler(event: QueueEvent): Promise<QueueResponse> {
  const events = event.Records.map(({ messageId, body }) => ({ id: messageId, body }));
  const failures = await recordProviderEvents({ messages }, events);
  for (const { id, error } of failures) {
    logger.error("a provider event was not recorded", { sqsMessageId: id, failure: failureOf(error) });
  }
  return { batchItemFailures: failures.map(({ id }) => ({ itemIdentifier: id })) };
}
