import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type NoticeStore, noticeStore } from "../../../shared/notifications/notice-store.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { createTables, documentClientFor } from "../../../test/support/dynamodb.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { notificationRoutes } from "./notifications.ts";

const start = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(start);

let service: SendService;
let notices: NoticeStore;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;

beforeAll(async () => {
  service = await startSendService(clock);
  const { notices: table } = await createTables(service.dynamo);
  notices = noticeStore({ client: documentClientFor(service.dynamo), table, clock });
  ask = apiClient(service, notificationRoutes({ notices }));
});
afterAll(() => service.stop());
beforeEach(async () => {
  account = await service.account();
});

interface Shown {
  readonly id: string;
  readonly subject: string;
  readonly read_at: string | null;
  readonly archived_at: string | null;
}

const tell = (percent: 80 | 90 | 100) =>
  notices.add(account.accountId, {
    ...{ kind: "month_used", percent, periodStart: start, used: percent * 10, limit: 1_000, overageCap: 0 },
  });
const list = async (query = "") => {
  const { body } = await ask("GET", `/api/notifications${query}`, { token: account.token });
  return body as { data: Shown[]; next_page_cursor: string | null };
};
const change = (id: string | undefined, notification: object) =>
  ask("PATCH", `/api/notifications/${id}`, { token: account.token, body: { notification } });

describe("notifications", () => {
  it("show what an email says, and what can be done", async () => {
    await tell(90);
    const { data, next_page_cursor } = await list();
    expect(next_page_cursor).toBeNull();
    expect(data).toEqual([
      {
        id: expect.any(String),
        ...{ kind: "month_used", severity: "warning" },
        subject: "You have used 90% of this period's emails",
        text: "Your account has used 900 of 1,000 emails in the billing period that began on 2026-01-31. Once all are used, further emails are refused until the next period begins.",
        call_to_action: {
          label: "See your usage, and choose a larger plan",
          request: "GET /api/billing/usage",
        },
        resource: { type: "billing", id: null },
        created_at: new Date(clock.now()).toISOString(),
        ...{ read_at: null, archived_at: null },
      },
    ]);
    const one = await ask("GET", `/api/notifications/${data[0]?.id}`, { token: account.token });
    expect(one).toMatchObject({ status: 200, body: { data: data[0] } });
  });

  it("are marked as read and put into the archive", async () => {
    await tell(80);
    const [first] = (await list()).data;
    expect(await change(first?.id, { read: true })).toMatchObject({
      status: 200,
      body: { data: { read_at: new Date(clock.now()).toISOString(), archived_at: null } },
    });
    await change(first?.id.toUpperCase(), { archived: true });
    expect((await list()).data).toEqual([]);
    expect((await list("?archived=true")).data).toMatchObject([{ id: first?.id }]);
    expect(await change(first?.id, { archived: false })).toMatchObject({ status: 200 });
    expect((await list()).data).toHaveLength(1);
  });

  it("come page by page", async () => {
    const count = 120;
    for (let webhookId = 1; webhookId <= count; webhookId += 1) {
      clock.advance(1);
      const paused = { host: "hooks.example", pausedAt: start, retries: 40, retryMinutes: 5 };
      await notices.add(account.accountId, { kind: "webhook_paused", webhookId, ...paused });
    }
    const subjects: string[] = [];
    let query = "";
    for (let cursor: string | null = ""; cursor !== null; query = `?cursor=${cursor}`) {
      const page = await list(query);
      subjects.push(...page.data.map(({ subject }) => subject));
      cursor = page.next_page_cursor;
    }
    expect(subjects).toEqual(
      Array.from({ length: count }, (_, place) => `Your webhook ${count - place} is paused`),
    );
  });

  it("are those of the account alone", async () => {
    await tell(80);
    const [first] = (await list()).data;
    account = await service.account();
    expect((await list()).data).toEqual([]);
    expect(await change(first?.id, { read: true })).toMatchObject({ status: 404 });
    const { token } = account;
    expect(await ask("GET", `/api/notifications/${first?.id}`, { token })).toMatchObject({ status: 404 });
    expect(await ask("GET", `/api/notifications?cursor=${first?.id}`, { token })).toMatchObject({
      status: 400,
    });
  });

  it("that are none are not found, and what is no cursor is a bad request", async () => {
    const { token } = account;
    for (const id of ["7", "00000000-0000-8000-8000-000000000000"]) {
      expect(await change(id, { read: true })).toMatchObject({ status: 404, body: { error: "Not Found" } });
    }
    for (const query of ["cursor=7", "archived=perhaps"]) {
      const { status, body } = await ask("GET", `/api/notifications?${query}`, { token });
      expect([status, body]).toEqual([400, { error: "Bad Request" }]);
    }
    expect(await change("00000000-0000-8000-8000-000000000000", { read: 1 })).toMatchObject({ status: 422 });
  });
});
