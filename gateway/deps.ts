import * as z from "zod";
import { environmentNames } from "../shared/contracts/environment-names.ts";
import type { Stream } from "../shared/contracts/streams.ts";
import { messageStore } from "../shared/messages/message-store.ts";
import { noticeStore } from "../shared/notifications/notice-store.ts";
import { ownerOf } from "../shared/notifications/owner.ts";
import { readEnvironment } from "../shared/platform/environment.ts";
import { acceptDeps } from "../shared/submission/accept-deps.ts";
import { acceptEnvironment } from "../shared/submission/accept-environment.ts";
import type { AcceptDeps } from "../shared/submission/deps.ts";

/** What accepting needs, for each stream; the streams share caches and counters. */
export function depsFromEnvironment(): Readonly<Record<Stream, AcceptDeps>> {
  const environment = readEnvironment({
    ...acceptEnvironment,
    [environmentNames.transactionalQueueUrl]: z.string(),
    [environmentNames.bulkQueueUrl]: z.string(),
  });
  const depsFor = acceptDeps(environment, {
    messages: messageStore,
    owner: (table) => ownerOf(noticeStore(table)),
  });
  return {
    transactional: depsFor(environment.TRANSACTIONAL_QUEUE_URL),
    bulk: depsFor(environment.BULK_QUEUE_URL),
  };
}
