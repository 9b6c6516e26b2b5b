import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { eventsQueueClient } from "../../shared/messages/events-queue-client.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { documentClient, queueClient, secretClient } from "../../shared/platform/aws-clients.ts";
import { systemClock as clock } from "../../shared/platform/clock.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";
import { optOutStore } from "../../shared/suppressions/opt-out-store.ts";
import { suppressionStore } from "../../shared/suppressions/suppression-store.ts";
import { linkKeyClient } from "../../shared/tracking/link-key-client.ts";
import { recentHits } from "../../shared/tracking/recent-hits.ts";
import type { AnswerDeps } from "./answer.ts";
import { invitationDepsFromEnvironment } from "./invitation-deps.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): { deps: AnswerDeps; originSecret: string | undefined } {
  const env = readEnvironment({
    [environmentNames.linkSecretArn]: z.string(),
    [environmentNames.messagesTable]: z.string(),
    [environmentNames.suppressionsTable]: z.string(),
    [environmentNames.eventsQueueUrl]: z.string(),
    [environmentNames.originSecret]: z.string().min(1).optional(),
  });
  const client = documentClient();
  const lists = { client, table: env.SUPPRESSIONS_TABLE, clock };
  const deps = {
    linkKeys: linkKeyClient({ secrets: secretClient(), arn: env.LINK_SECRET_ARN }),
    messages: messageStore({ client, table: env.MESSAGES_TABLE, clock }),
    suppressions: suppressionStore(lists),
    optOuts: optOutStore(lists),
    events: eventsQueueClient({ sqs: queueClient(), queueUrl: env.EVENTS_QUEUE_URL }),
    recentHits: recentHits(),
    ...invitationDepsFromEnvironment(client),
    clock,
    // Both within the function's ten seconds: a client that tries again and again must not use them up.
    patience: { hitMs: 2_000, leaveMs: 4_000 },
    warn: (text, { messageId, error }) => logger.warn(text, { messageId, failure: failureOf(error) }),
  } satisfies AnswerDeps;
  return { deps, originSecret: env.ORIGIN_SECRET };
}
