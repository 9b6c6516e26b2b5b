import { webhookTickSchema } from "../../shared/contracts/webhook-tick.ts";
import { failureOf } from "../../shared/platform/failure.ts";
import { logger } from "../../shared/platform/observability.ts";
import type { QueueEvent, QueueRecord, QueueResponse } from "../../shared/platform/queue-event.ts";
import { dispatch } from "../../shared/webhooks/dispatch.ts";
import { replay } from "../../shared/webhooks/replay.ts";
import { depsFromEnvironment } from "./deps.ts";

const deps = depsFromEnvironment();

/** Looks after the webhooks of some ticks, all at once, so that a slow endpoint keeps no other waiting. */
export async function handler(
  event: QueueEvent,
  context: { getRemainingTimeInMillis(): number },
): Promise<QueueResponse> {
  const remainingMs = () => context.getRemainingTimeInMillis();
  const work = async ({ messageId, body }: QueueRecord) => {
    try {
      const tick = webhookTickSchema.parse(JSON.parse(body));
      if (tick.replay) await replay(deps, { ...tick, replay: tick.replay }, { remainingMs });
      else await dispatch(deps, tick, { remainingMs });
      return [];
    } catch (error) {
      logger.error("a webhook was not looked after", { sqsMessageId: messageId, failure: failureOf(error) });
      return [{ itemIdentifier: messageId }];
    }
  };
  return { batchItemFailures: (await Promise.all(event.Records.map(work))).flat() };
}
