import { webhookTickSchema } from "../../shared/contracts/webhook-tick.ts";
import { eachRecord } from "../../shared/platform/each-alone.ts";
import type { QueueEvent, QueueResponse } from "../../shared/platform/queue-event.ts";
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
  const trouble = { text: "a webhook was not looked after", atOnce: Number.POSITIVE_INFINITY };
  return await eachRecord(event, trouble, async ({ body }) => {
    const tick = webhookTickSchema.parse(JSON.parse(body));
    if (tick.replay) await replay(deps, { ...tick, replay: tick.replay }, { remainingMs });
    else await dispatch(deps, tick, { remainingMs });
  });
}
