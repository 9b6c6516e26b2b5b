import type { MessageEvent } from "../contracts/message-event.ts";
import type { EventsQueueClient } from "./events-queue-client.ts";

interface Gathered extends PromiseWithResolvers<void> {
  readonly events: MessageEvent[];
}

/**
 * Puts of one process: while one call is under way, further events gather and go together in the next. What a
 * worker has in hand at the same time thus costs a few requests, and the recorder gets few, full messages.
 */
export function jointEvents(queue: EventsQueueClient): EventsQueueClient {
  let isBusy = false;
  let next: Gathered | undefined;

  return {
    async put(events) {
      if (events.length === 0) return;
      next ??= { events: [], ...Promise.withResolvers<void>() };
      next.events.push(...events);
      const { promise } = next;
      if (!isBusy) void workOff();
      await promise;
    },
  };

  async function workOff(): Promise<void> {
    isBusy = true;
    for (let group = next; group; group = next) {
      next = undefined;
      await queue.put(group.events).then(group.resolve, group.reject);
    }
    isBusy = false;
  }
}
