import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { copyReaderClient } from "../../shared/messages/copy-reader-client.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { bucketClient, type documentClient, secretClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";
import { linkKeyClient } from "../../shared/tracking/link-key-client.ts";
import type { RawMessageDeps } from "./raw-messages.ts";

/** What links to messages as they were sent need, from the environment. */
export function rawMessageDepsFromEnvironment(client: ReturnType<typeof documentClient>): RawMessageDeps {
  const env = readEnvironment({
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.logBucket]: z.string(),
    [environmentNames.linkSecretArn]: z.string(),
    [environmentNames.apiUrl]: z.string(),
  });
  return {
    messages: messageStore({ client, table: env.MESSAGES_TABLE, clock }),
    copies: copyReaderClient({ s3: bucketClient(), bucket: env.LOG_BUCKET }),
    linkKeys: linkKeyClient({ secrets: secretClient(), arn: env.LINK_SECRET_ARN }),
    clock,
    apiUrl: env.API_URL,
    warn: (text, { messageId, error }) => logger.warn(text, { messageId, failure: failureOf(error) }),
  };
}
