import { describe, expect, it } from "vitest";
import { eventOf } from "../../test/support/message-events.ts";
import type { MessageEvent } from "../contracts/message-event.ts";
import { newId } from "../platform/ids.ts";
import { jointEvents } from "./joint-events.ts";

const some = (count: number): MessageEvent[] =>
  Array.from({ length: count }, () => eventOf({ accountId: 7, messageId: newId(0) }, "open", 0));

/** A queue whose calls end when the test says so. */
function heldQueue() {
  const calls: { events: readonly MessageEvent[]; end: PromiseWithResolvers<void> }[] = [];
  const put = async (events: readonly MessageEvent[]) => {
    const end = Promise.withResolvers<void>();
    calls.push({ events, end });
    await end.promise;
  };
  return { calls, queue: jointEvents({ put }) };
}

describe("events that are put at the same time", () => {
  it("go together in the next call, and each put ends with its own call", async () => {
    const { calls, queue } = heldQueue();
    const [first, second, third] = [some(1), some(2), some(3)];
    const ended: number[] = [];
    const puts = [first, second, third].map(async (events, place) => {
      await queue.put(events);
      ended.push(place);
    });

    expect(calls.map(({ events }) => events)).toEqual([first]);
    calls[0]?.end.resolve();
    await puts[0];
    expect(ended).toEqual([0]);
    expect(calls.map(({ events }) => events)).toEqual([first, [...second, ...third]]);
    calls[1]?.end.resolve();
    await Promise.all(puts);
    expect(ended).toEqual([0, 1, 2]);
  });

  it("fail together, and hold up nothing that comes after", async () => {
    const { calls, queue } = heldQueue();
    const failing = [queue.put(some(1)), queue.put(some(1)), queue.put(some(1))];
    const results = Promise.allSettled(failing);
    calls[0]?.end.resolve();
    await failing[0];
    calls[1]?.end.reject(new Error("throttled"));
    expect((await results).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);

    const later = queue.put(some(1));
    calls[2]?.end.resolve();
    await later;
  });

  it("cost no call where there are none", async () => {
    const { calls, queue } = heldQueue();
    await queue.put([]);
    expect(calls).toEqual([]);
  });
});
