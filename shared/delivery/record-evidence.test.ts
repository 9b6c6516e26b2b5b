import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountId, deliveryWorld, jobTo, scriptedRoute } from "../../test/support/delivery-world.ts";
import { startTestTable, type TestTable } from "../../test/support/test-table.ts";
import { deliver } from "./deliver.ts";
import { eventsIn } from "./provider-event.ts";
import { recordEvidence } from "./record-evidence.ts";

let table: TestTable;
beforeAll(async () => {
  table = await startTestTable("Messages");
});
afterAll(() => table.stop());

/** An event as Amazon documents it, with fields that are not read besides those that are. */
function event(messageId: string, eventType = "Send", change: object = {}) {
  return {
    eventType,
    mail: {
      timestamp: "2026-01-31T12:00:01.123Z",
      source: "shop@example.com",
      messageId: "0100-ses",
      destination: ["anna@example.org"],
      headersTruncated: false,
      tags: {
        "account-id": [String(accountId)],
        "message-id": [messageId],
        "ses:configuration-set": ["bulk"],
      },
      ...change,
    },
    send: {},
  };
}

function acceptanceIn(body: string) {
  return eventsIn(body).acceptance;
}

/** Events as evidence, each under the id of its place. */
function evidenceIn(events: readonly object[]) {
  return events.flatMap((event, place) => {
    const acceptance = acceptanceIn(JSON.stringify(event));
    return acceptance ? [{ id: `e${place}`, acceptance }] : [];
  });
}

describe("an event of SES", () => {
  const acceptance = {
    accountId,
    messageId: "m1",
    providerMessageId: "0100-ses",
    acceptedAt: Date.UTC(2026, 0, 31, 12, 0, 1, 123),
  };

  it.each(["Send", "Delivery", "Bounce", "Complaint", "DeliveryDelay", "Reject", "Something new"])(
    "of kind %s proves that SES had the message",
    (kind) => {
      expect(acceptanceIn(JSON.stringify(event("m1", kind)))).toEqual(acceptance);
    },
  );

  it("is read in SNS's envelope too", () => {
    const envelope = { Type: "Notification", MessageId: "x", Message: JSON.stringify(event("m1")) };

    expect(acceptanceIn(JSON.stringify(envelope))).toEqual(acceptance);
  });

  it("is none when SES only checks whether it may publish, which it does as plain text", () => {
    const check = "Successfully validated SNS topic for Amazon SES event publishing.";

    expect(acceptanceIn(check)).toBeUndefined();
    expect(acceptanceIn(JSON.stringify({ Type: "Notification", Message: check }))).toBeUndefined();
  });

  it("proves nothing when SES never had the message, or when the message is none of ours", () => {
    expect(acceptanceIn(JSON.stringify(event("m1", "Rendering Failure")))).toBeUndefined();
    expect(acceptanceIn(JSON.stringify(event("m1", "Send", { tags: {} })))).toBeUndefined();
    expect(acceptanceIn(JSON.stringify(event("m1", "Send", { tags: undefined })))).toBeUndefined();
    expect(
      acceptanceIn(
        JSON.stringify(event("m1", "Send", { tags: { "account-id": ["x"], "message-id": ["m1"] } })),
      ),
    ).toBeUndefined();
  });

  it.each(["", "{", "null", "[]", '{"eventType":"Send"}', '{"Type":"Notification","Message":"no"}'])(
    "is not %s",
    (body) => {
      expect(() => eventsIn(body)).toThrow();
    },
  );
});

describe("a batch of events", () => {
  function countedWrites(messages: ReturnType<typeof deliveryWorld>["messages"]) {
    const written: string[] = [];
    const recordProviderAcceptance: typeof messages.recordProviderAcceptance = (acceptance) => {
      written.push(acceptance.messageId);
      return messages.recordProviderAcceptance(acceptance);
    };
    return { written, messages: { ...messages, recordProviderAcceptance } };
  }

  it("is recorded once for each message that nobody has settled", async () => {
    const world = deliveryWorld(table);
    const { route: ses } = scriptedRoute(() => ({ kind: "unknown", reason: "the answer was lost" }));
    const job = jobTo(2);
    await deliver(world.deps({ routes: { ses } }), job, world.invocation);
    const [one, other] = job.recipients.map(({ messageId }) => messageId);
    const evidence = evidenceIn([
      event(one ?? ""),
      event(one ?? "", "Delivery"),
      event(other ?? "", "Bounce"),
    ]);
    const { written, messages } = countedWrites(world.messages);

    expect(await recordEvidence({ messages }, evidence)).toEqual([]);
    expect(written).toEqual([one, other]);
    await recordEvidence({ messages }, evidence);
    for (const messageId of [one ?? "", other ?? ""]) {
      expect(await world.messages.get({ accountId, messageId })).toMatchObject({
        state: "claimed",
        providerMessageId: "0100-ses",
        acceptedByProviderAt: Date.UTC(2026, 0, 31, 12, 0, 1, 123),
      });
    }
  });

  it("writes nothing for a message that its worker has settled as sent", async () => {
    const world = deliveryWorld(table);
    const job = jobTo(1);
    await deliver(world.deps(), job, world.invocation);
    const { written, messages } = countedWrites(world.messages);
    const sent = event(job.recipients[0]?.messageId ?? "");

    expect(await recordEvidence({ messages }, evidenceIn([sent]))).toEqual([]);
    expect(written).toEqual([]);
  });

  it("writes for each message where the rows cannot be read: one id that is no key spoils nothing", async () => {
    const world = deliveryWorld(table);
    const job = jobTo(1);
    await deliver(world.deps(), job, world.invocation);
    const { written, messages } = countedWrites(world.messages);
    const good = job.recipients[0]?.messageId ?? "";
    const evidence = evidenceIn([event(good), event("")]);

    expect((await recordEvidence({ messages }, evidence)).map(({ id }) => id)).toEqual(["e1"]);
    expect(written).toEqual([good, ""]);
  });

  it("comes again for the messages whose record could not be written", async () => {
    const messages = {
      withoutSent: async <Id>(ids: readonly Id[]) => [...ids],
      recordProviderAcceptance: ({ messageId }: { messageId: string }) =>
        messageId === "bad" ? Promise.reject(new Error("throttled")) : Promise.resolve(true),
    };
    const evidence = evidenceIn([event("bad"), event("good"), event("bad")]);

    expect((await recordEvidence({ messages }, evidence)).map(({ id }) => id)).toEqual(["e0", "e2"]);
  });
});
