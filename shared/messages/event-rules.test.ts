import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventOf, rowOf } from "../../test/support/message-events.ts";
import type { EventKind } from "../contracts/message-event.ts";
import { newId } from "../platform/ids.ts";
import { counterChanges, groupOf } from "./counters.ts";
import { isOnItsWay, withEvents } from "./event-rules.ts";
import type { MessageRow } from "./message.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const id = { accountId: 7, messageId: newId(noon) };
const claimed = rowOf(id, noon);

function rowAfter(...kinds: EventKind[]): MessageRow {
  return withEvents(
    claimed,
    kinds.map((kind, place) => eventOf(id, kind, noon + place * 1000)),
  );
}

describe("the status of a message", () => {
  it.each<[EventKind[], string]>([
    [[], "enqueued"],
    [["soft_bounce"], "enqueued"],
    [["suspension"], "enqueued"],
    [["delivery"], "delivered"],
    [["soft_bounce", "delivery"], "delivered"],
    [["suspension", "delivery", "open", "click"], "delivered"],
    [["soft_bounce", "bounce"], "not_delivered"],
    [["reject"], "not_delivered"],
    [["suspension", "reject"], "not_delivered"],
    [["delivery", "bounce"], "not_delivered"],
    [["delivery", "open", "unsubscribe"], "opted_out"],
    [["delivery", "open", "click", "spam_complaint"], "opted_out"],
  ])("after %j is %s", (kinds, status) => {
    expect(rowAfter(...kinds).status).toBe(status);
  });

  it.each<[EventKind[], string]>([
    [["click", "delivery"], "delivered"],
    [["bounce", "delivery"], "not_delivered"],
    [["unsubscribe", "click", "open", "delivery"], "opted_out"],
    [["spam_complaint", "bounce"], "opted_out"],
  ])("is not lowered by what comes late: after %j it is %s", (kinds, status) => {
    expect(rowAfter(...kinds).status).toBe(status);
  });
});

describe("a message's row", () => {
  it("counts opens and clicks, and knows when each kind came first", () => {
    expect(rowAfter("open", "open", "click")).toMatchObject({
      opensCount: 2,
      clicksCount: 1,
      events: { open: noon, click: noon + 2000 },
    });
  });

  it("shows what the recipient's side said last, all of it from one reply", () => {
    expect(rowAfter("soft_bounce", "bounce")).toMatchObject({
      espResponse: "550 5.1.1 no such user",
      enhancedStatus: "5.1.1",
      bounceCategory: "badrecipient",
    });
    expect(rowAfter("bounce", "delivery")).toMatchObject({ esp: "Google", espResponse: "250 ok" });
    expect(rowAfter("bounce", "delivery").bounceCategory).toBeUndefined();
  });

  it("is the same in whatever order, and however divided, events come", () => {
    const kinds = ["delivery", "soft_bounce", "bounce", "open", "click", "unsubscribe"] as const;
    const event = fc
      .tuple(fc.constantFrom(...kinds), fc.nat(5), fc.constantFrom("Google", "Yahoo", undefined))
      .map(([kind, hours, esp]) => eventOf(id, kind, noon + hours * 3_600_000, esp ? { esp } : {}));
    const events = fc.uniqueArray(event, { selector: ({ eventId }) => eventId, maxLength: 12 });
    const orders = events.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(orders, ([inOrder, shuffled]) => {
        const { recorded: _once, ...atOnce } = withEvents(claimed, inOrder);
        const { recorded: _often, ...oneByOne } = shuffled.reduce(
          (row, event) => withEvents(row, [event]),
          claimed,
        );
        expect(oneByOne).toEqual(atOnce);
      }),
    );
  });

  it("of a message that was never to be sent takes no events", () => {
    expect(isOnItsWay({ ...claimed, state: "refused" })).toBe(false);
    expect(isOnItsWay({ ...claimed, state: "released" })).toBe(false);
    expect(isOnItsWay({ ...claimed, state: "waiting" })).toBe(true);
  });
});

describe("counters", () => {
  const today = "2026-01-31#3#transactional";

  function counted(before: MessageRow, now: MessageRow) {
    return Object.fromEntries(counterChanges(before, now));
  }

  it("count nothing of a message that is not in the log", () => {
    const unlogged = { ...claimed, logged: false };
    expect(counted(unlogged, { ...rowAfter("delivery", "open"), logged: false })).toEqual({});
  });

  it("count a message as sent from its row on", () => {
    expect(counted({ ...claimed, logged: false }, claimed)).toEqual({ [`${today}##`]: { sent: 1 } });
  });

  it("count a message once for each thing that happened to it, however often it did", () => {
    expect(counted(claimed, rowAfter("open", "open", "soft_bounce"))).toEqual({
      [`${today}##`]: { open: 1 },
    });
    expect(counted(rowAfter("open"), rowAfter("open", "open"))).toEqual({});
  });

  it("move a message to its mailbox provider as soon as that is known", () => {
    expect(counted(rowAfter("open"), rowAfter("open", "delivery"))).toEqual({
      [`${today}##`]: { sent: -1, open: -1 },
      [`${today}#Google#`]: { sent: 1, open: 1, delivery: 1 },
    });
  });

  it("count on the day of the event, and as sent on the day on which the message was accepted", () => {
    const nextDay = withEvents(claimed, [eventOf(id, "open", noon + 24 * 3_600_000)]);
    expect(counted(claimed, nextDay)).toEqual({ "2026-02-01#3#transactional##": { open: 1 } });
    const earlier = withEvents(nextDay, [eventOf(id, "open", noon + 3_600_000)]);
    expect(counted(nextDay, earlier)).toEqual({
      "2026-02-01#3#transactional##": { open: -1 },
      [`${today}##`]: { open: 1 },
    });
  });

  it("are named so that the name can be read again, whatever the category", () => {
    const [sk = ""] = counterChanges(
      { ...claimed, logged: false },
      {
        ...rowAfter("delivery"),
        category: "a#b",
      },
    ).keys();
    expect(groupOf(sk)).toEqual({
      day: "2026-01-31",
      domainId: 3,
      stream: "transactional",
      esp: "Google",
      category: "a#b",
    });
  });

  it("of a message without a domain's id, or with the longest category, have a key that DynamoDB takes", () => {
    const long = { ...claimed, domainId: undefined, category: "\u{1F4E8}".repeat(255) };
    const [sk = ""] = counterChanges({ ...long, logged: false }, long).keys();
    expect(Buffer.byteLength(sk)).toBeLessThan(1024);
    expect(groupOf(sk)).toMatchObject({ domainId: undefined, category: "\u{1F4E8}".repeat(200) });
  });
});
