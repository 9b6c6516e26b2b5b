import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { incomingFileClient } from "../../shared/delivery/incoming-file-client.ts";
import { eventsQueueClient } from "../../shared/messages/events-queue-client.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import {
  bucketClient,
  documentClient,
  queueClient,
  secretClient,
} from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import { linkKeyClient } from "../../shared/tracking/link-key-client.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment() {
  const env = readEnvironment({
    [environmentNames.linkSecretArn]: z.string(),
    [environmentNames.mailHost]: z.string(),
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.suppressionsTable]: z.string(),
    [environmentNames.eventsQueueUrl]: z.string(),
    [environmentNames.payloadsBucket]: z.string(),
  });
  const client = documentClient();
  return {
    files: incomingFileClient({ s3: bucketClient(), bucket: env.PAYLOADS_BUCKET }),
    linkKeys: linkKeyClient({ secrets: secretClient(), arn: env.LINK_SECRET_ARN }),
    messages: messageStore({ client, table: env.MESSAGES_TABLE, clock }),
    suppressions: suppressionStore({ client, table: env.SUPPRESSIONS_TABLE, clock }),
    events: eventsQueueClient({ sqs: queueClient(), queueUrl: env.EVENTS_QUEUE_URL }),
    mailHost: env.MAIL_HOST,
  };
}
