import * as z from "zod";
import { environmentNames } from "../../shared/contracts/environment-names.ts";
import { type Stream, streamSchema } from "../../shared/contracts/streams.ts";
import { messageStore } from "../../shared/messages/message-store.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { ownerOf } from "../../shared/notifications/owner.ts";
import { readEnvironment } from "../../shared/platform/environment.ts";
import { acceptDeps } from "../../shared/submission/accept-deps.ts";
import { acceptEnvironment } from "../../shared/submission/accept-environment.ts";
import type { AcceptDeps } from "../../shared/submission/deps.ts";

/** Everything that the function needs, from its environment. */
export function depsFromEnvironment(): {
  deps: AcceptDeps;
  stream: Stream;
  originSecret: string | undefined;
} {
  const environment = readEnvironment({
    ...acceptEnvironment,
    [environmentNames.deliveryQueueUrl]: z.string(),
    [environmentNames.stream]: streamSchema,
    [environmentNames.originSecret]: z.string().min(1).optional(),
  });
  const depsFor = acceptDeps(environment, {
    messages: messageStore,
    owner: (table) => ownerOf(noticeStore(table)),
  });
  const { DELIVERY_QUEUE_URL: queueUrl, STREAM: stream, ORIGIN_SECRET: originSecret } = environment;
  return { deps: depsFor(queueUrl), stream, originSecret };
}
