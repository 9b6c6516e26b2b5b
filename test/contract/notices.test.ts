import { beforeEach, describe, expect, it } from "vitest";
import { accountStore } from "../../shared/accounts/account-store.ts";
import { noticeEmailStore } from "../../shared/notifications/notice-email-store.ts";
import { noticeStore } from "../../shared/notifications/notice-store.ts";
import { sendNotices } from "../../shared/notifications/send-notices.ts";
import type { News } from "../../shared/platform/notice.ts";
import { account as someAccount } from "../support/delivery-world.ts";
import { onEachDynamoEngine } from "../support/dynamodb.ts";
import { settableClock } from "../support/test-table.ts";

const start = Date.UTC(2026, 0, 31, 12);
const minute = 60_000;
const hour = 60 * minute;

const paused = (webhookId: number): News => ({
  ...{ kind: "webhook_paused", webhookId, host: "hooks.example", pausedAt: start },
  ...{ retries: 40, retryMinutes: 5 },
});

await onEachDynamoEngine("notices", (dynamo) => {
  const clock = settableClock(start);
  let accountId = 0;
  let sent: { to: string; subject: string; text: string }[] = [];
  const notices = () => noticeStore({ client: dynamo.client, table: dynamo.tables.notices, clock });
  const accounts = () => accountStore({ client: dynamo.client, table: dynamo.tables.accounts, clock });
  const deps = () => ({
    noticeEmails: noticeEmailStore({ client: dynamo.client, table: dynamo.tables.notices, clock }),
    accounts: accounts(),
    email: {
      send: async (email: (typeof sent)[number]) => {
        sent.push(email);
      },
    },
  });
  const broken = { send: () => Promise.reject(new Error("SES is ill")) };

  beforeEach(async () => {
    // Nothing of the tests before is due any more.
    clock.advance(60 * 24 * hour);
    await sendNotices(deps());
    accountId = await accounts().nextId();
    await accounts().create({ ...someAccount, id: accountId, ownerEmail: "owner@shop.example" });
    sent = [];
  });

  it("are made once of the same news, however many tell it at the same time", async () => {
    const made = await Promise.all(Array.from({ length: 100 }, () => notices().add(accountId, paused(7))));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await notices().list(accountId, { archived: false, limit: 10 })).toMatchObject([
      { kind: "webhook_paused", severity: "warning", resource: { type: "webhook", id: 7 } },
    ]);
  });

  it("are sent to the owner once, however many send at the same time", async () => {
    for (const webhookId of [1, 2, 3]) await notices().add(accountId, paused(webhookId));
    await Promise.all(Array.from({ length: 10 }, () => sendNotices(deps())));
    expect(sent.map(({ to, subject }) => [to, subject]).toSorted()).toEqual(
      [1, 2, 3].map((id) => ["owner@shop.example", `Your webhook ${id} is paused`]),
    );
    expect(sent[0]?.text).toMatch(/PATCH \/api\/webhooks\/\d {2}\{"webhook": \{"active": true\}\}\n$/);
    clock.advance(24 * hour);
    expect(await sendNotices(deps())).toEqual({ due: 0, failed: 0 });
  });

  it("are sent later where sending fails, and given up after two days", async () => {
    await notices().add(accountId, paused(1));
    expect(await sendNotices({ ...deps(), email: broken })).toEqual({ due: 1, failed: 1 });
    expect(await sendNotices(deps())).toEqual({ due: 0, failed: 0 });
    clock.advance(5 * minute);
    await sendNotices(deps());
    expect(sent).toHaveLength(1);

    await notices().add(accountId, paused(2));
    let tries = 0;
    for (let passed = 0; passed < 60; passed += 1) {
      tries += (await sendNotices({ ...deps(), email: broken })).due;
      clock.advance(hour);
    }
    expect(tries).toBe(14);
    expect((await notices().list(accountId, { archived: false, limit: 10 })).length).toBe(2);
  });

  it("are sent by another where the sender died", async () => {
    await notices().add(accountId, paused(1));
    const [due] = await deps().noticeEmails.due(1);
    expect(due && (await deps().noticeEmails.claim(due))).toMatchObject({ emailTries: 1 });
    expect(await sendNotices(deps())).toEqual({ due: 0, failed: 0 });
    clock.advance(5 * minute);
    await sendNotices(deps());
    expect(sent).toHaveLength(1);
  });

  it("of an account that is gone are sent to nobody", async () => {
    await notices().add(accountId + 1_000, paused(1));
    expect(await sendNotices(deps())).toEqual({ due: 1, failed: 0 });
    expect(sent).toEqual([]);
    clock.advance(hour);
    expect(await sendNotices(deps())).toEqual({ due: 0, failed: 0 });
  });

  describe("in their list", () => {
    const list = (archived = false, before?: string, limit = 10) =>
      notices().list(accountId, { archived, before, limit });
    const subjects = async (...wanted: Parameters<typeof list>) =>
      (await list(...wanted)).map(({ resource }) => resource.id);

    beforeEach(async () => {
      for (const webhookId of [1, 2, 3]) {
        await notices().add(accountId, paused(webhookId));
        clock.advance(1);
      }
      await notices().add(accountId + 1, paused(9));
    });

    it("come newest first, page by page, and each account's apart", async () => {
      expect(await subjects()).toEqual([3, 2, 1]);
      const [first] = await list(false, undefined, 1);
      expect(await subjects(false, first?.id, 1)).toEqual([2]);
      await expect(list(false, "00000000-0000-8000-8000-000000000000")).rejects.toMatchObject({
        code: "invalid_request",
      });
    });

    it("are read and archived, once and for all or not", async () => {
      const [newest, second] = await list();
      const id = { accountId, id: newest?.id ?? "" };
      const readAt = clock.now();
      expect(await notices().change(id, { read: true })).toMatchObject({ readAt });
      clock.advance(hour);
      expect(await notices().change(id, { read: true, archived: true })).toMatchObject({
        ...{ readAt, archivedAt: readAt + hour },
      });
      expect(await subjects()).toEqual([2, 1]);
      expect(await subjects(true)).toEqual([3]);
      const back = await notices().change(id, { read: false, archived: false });
      expect([back?.readAt, back?.archivedAt]).toEqual([undefined, undefined]);
      expect(await subjects()).toEqual([3, 2, 1]);
      expect(await notices().change(id, {})).toMatchObject({ id: id.id });
      const foreign = { accountId: accountId + 1, id: second?.id ?? "" };
      expect(await notices().change(foreign, { read: true })).toBeUndefined();
      expect(await notices().change(foreign, {})).toBeUndefined();
    });
  });
});
