import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { settableClock, startTestTable, type TestTable } from "../../test/support/test-table.ts";
import { type BounceCategory, bounceCategorySchema, type MessageEvent } from "../contracts/message-event.ts";
import type { MessageRow } from "../messages/message.ts";
import { derivedId, messageIdAt, newId } from "../platform/ids.ts";
import { suppressFor } from "./suppress.ts";
import { type SuppressionStore, suppressionStore } from "./suppression-store.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);

let table: TestTable;
let suppressions: SuppressionStore;
let accountId = 0;
beforeAll(async () => {
  table = await startTestTable("Suppressions");
  suppressions = suppressionStore({ ...table, clock });
});
afterAll(() => table.stop());
beforeEach(() => {
  accountId += 1;
  clock.set(noon);
});

const messageId = messageIdAt(newId(noon - 60_000), 0);
const event = (fields: object): MessageEvent =>
  ({ eventId: derivedId(messageId, "1"), accountId, messageId, at: noon, ...fields }) as MessageEvent;
const bounce = (bounceCategory: BounceCategory) => event({ kind: "bounce", bounceCategory });
const row = (fields: Partial<MessageRow> = {}): MessageRow => ({
  accountId,
  messageId,
  state: "sent",
  expiresAt: 1,
  stream: "transactional",
  domainId: 5,
  domainName: "example.com",
  from: "shop@example.com",
  to: "Anna@example.net",
  subject: "Your order",
  acceptedAt: noon - 60_000,
  ...fields,
});
const suppress = (what: MessageEvent, of: MessageRow | undefined = row()) =>
  suppressFor({ suppressions }, [{ event: what, row: of, first: true }]);
const list = () => suppressions.list({ accountId, limit: 10 });

describe("what becomes of a message", () => {
  it.each(bounceCategorySchema.options)(
    "suppresses its recipient only if the address is bad: %s",
    async (category) => {
      await suppress(bounce(category));
      const types = (await list()).map(({ type }) => type);
      const isHard = ["timeout", "badrecipient", "overquota"].includes(category);
      expect(types).toEqual(isHard ? ["hard bounce"] : []);
    },
  );

  it.each([
    ["unsubscribe", ["unsubscription"]],
    ["spam_complaint", ["spam complaint"]],
    ["delivery", []],
    ["open", []],
  ])("suppresses its recipient by what he did: %s", async (kind, types) => {
    await suppress(event({ kind }));
    expect((await list()).map(({ type }) => type)).toEqual(types);
  });

  it("is told in the suppression", async () => {
    const told = {
      response: "550 5.1.1 no such user",
      recipientMx: "mx.example.net",
      sendingIp: "192.0.2.9",
      esp: "Google",
    };
    await suppress(
      event({ kind: "bounce", bounceCategory: "badrecipient", ...told }),
      row({ category: "Orders", clientIp: "192.0.2.1" }),
    );
    expect(await list()).toEqual([
      {
        id: expect.any(String),
        accountId,
        email: "anna@example.net",
        domainId: 5,
        domainName: "example.com",
        stream: "transactional",
        type: "hard bounce",
        createdAt: noon,
        message: {
          bounceCategory: "badrecipient",
          category: "Orders",
          clientIp: "192.0.2.1",
          createdAt: noon - 60_000,
          espResponse: "550 5.1.1 no such user",
          espServerType: "Google",
          outgoingIp: "192.0.2.9",
          recipientMxName: "mx.example.net",
          senderEmail: "shop@example.com",
          subject: "Your order",
        },
      },
    ]);
  });

  it("suppresses nobody again when it is told again, nor once the address was reactivated", async () => {
    await suppress(bounce("badrecipient"));
    await suppress(bounce("badrecipient"));
    const [first, ...more] = await list();
    expect(more).toEqual([]);

    clock.advance(10);
    await suppressions.remove(accountId, first?.id ?? "");
    await suppress(bounce("badrecipient"));
    expect(await list()).toEqual([]);

    await suppress({ ...bounce("badrecipient"), at: noon + 11 });
    expect(await list()).toHaveLength(1);
  });

  it("suppresses nobody where its message is not known any more", async () => {
    await suppressFor({ suppressions }, [{ event: bounce("timeout"), row: undefined, first: true }]);
    await suppress(bounce("timeout"), row({ domainId: undefined }));
    expect(await list()).toEqual([]);
  });

  it("suppresses many recipients at once", async () => {
    const recorded = Array.from({ length: 500 }, (_, place) => ({
      event: bounce("badrecipient"),
      row: row({ to: `r${place}@example.net` }),
      first: true,
    }));
    await suppressFor({ suppressions }, recorded);
    expect(await suppressions.list({ accountId, limit: 1_000 })).toHaveLength(500);
  });
});
