import { describe, expect, it } from "vitest";
import { newId } from "../../../shared/platform/ids.ts";
import { noon, useLogApi } from "../../../test/support/log-api.ts";
import { eventOf } from "../../../test/support/message-events.ts";
import { logEvents } from "./email-log-shapes.ts";
import { emailLogRoutes } from "./email-logs.ts";

const hourMs = 3_600_000;
const api = useLogApi(emailLogRoutes);
const { ask, tokenFor } = api;

interface List {
  readonly messages: { message_id: string }[];
  readonly total_count: number;
  readonly next_page_cursor: string | null;
}

async function list(query = "", token = api.account.token): Promise<List & { ids: string[] }> {
  const { status, body } = await ask("GET", `/api/email_logs${query}`, { token });
  expect(status).toBe(200);
  const found = body as List;
  return { ...found, ids: found.messages.map(({ message_id }) => message_id) };
}

describe("the message log", () => {
  it("shows a message with all that clients read of it", async () => {
    const id = await api.log.sent(api.account.accountId, noon - hourMs, {
      category: "Welcome",
      customVariables: { order: "7" },
      clientIp: "203.0.113.42",
      happened: ["delivery", "open", "open", "click"],
    });

    expect((await list()).messages).toEqual([
      {
        message_id: id,
        status: "delivered",
        subject: "Hello",
        rfc_message_id: null,
        in_reply_to: null,
        references: [],
        thread_id: null,
        from: "shop@example.com",
        to: "anna@example.org",
        sent_at: "2026-03-10T11:00:00.000Z",
        client_ip: "203.0.113.42",
        category: "Welcome",
        custom_variables: { order: "7" },
        sending_stream: "transactional",
        domain_id: 3,
        sending_domain_id: 3,
        template_id: null,
        template_variables: {},
        opens_count: 2,
        clicks_count: 1,
      },
    ]);
  });

  it("comes latest first in pages of 100, each with the count of all, with filters and without", async () => {
    const sent: string[] = [];
    for (let place = 0; place < 103; place += 1) {
      sent.push(await api.log.sent(api.account.accountId, noon - (103 - place) * 1_000));
    }
    sent.reverse();
    for (const filter of ["", "&filters[to][operator]=ci_contain&filters[to][value]=ANNA"]) {
      const first = await list(`?${filter}`);
      expect(first.ids).toEqual(sent.slice(0, 100));
      expect(first).toMatchObject({ total_count: 103, next_page_cursor: sent[99] });
      const second = await list(`?search_after=${first.next_page_cursor}${filter}`);
      expect(second.ids).toEqual(sent.slice(100));
      expect(second).toMatchObject({ total_count: 103, next_page_cursor: null });
      const upper = await list(`?search_after=${sent[99]?.toUpperCase()}${filter}`);
      expect(upper.ids).toEqual(second.ids);
    }
  });

  it("is filtered in every way in which clients write filters", async () => {
    const { accountId } = api.account;
    const bulk = await api.log.sent(accountId, noon - 3_000, { stream: "bulk", category: "News" });
    const opened = await api.log.sent(accountId, noon - 2_000, { happened: ["delivery", "open"] });
    const bounced = await api.log.sent(accountId, noon - 1_000, { happened: ["bounce"] });

    const found = async (query: string) => (await list(`?${query}`)).ids;
    expect(await found("filters[category]=News")).toEqual([bulk]);
    expect(await found("filters[events][value][]=bounce&filters[events][value][]=open")).toEqual([
      bounced,
      opened,
    ]);
    expect(await found("filters[status][operator]=not_equal&filters[status][value]=enqueued")).toEqual([
      bounced,
      opened,
    ]);
    expect(
      await found("filters[sending_stream][operator]=equal&filters[sending_stream][value]=bulk"),
    ).toEqual([bulk]);
    expect(await found(`filters[sent_after]=${new Date(noon - 2_000).toISOString()}`)).toEqual([
      bounced,
      opened,
    ]);
    expect(await found("filters[unknown][operator]=equal&filters[unknown][value]=x")).toHaveLength(3);
  });

  it("shows each event with its details", async () => {
    const id = await api.log.sent(api.account.accountId, noon - hourMs, {
      happened: [
        "soft_bounce",
        "suspension",
        "delivery",
        "open",
        "click",
        "unsubscribe",
        "spam_complaint",
        "reject",
      ],
    });
    const { status, body } = await ask("GET", `/api/accounts/${api.account.accountId}/email_logs/${id}`, {
      token: api.account.token,
    });

    expect(status).toBe(200);
    const web_ip_address = "203.0.113.1";
    expect(body).toMatchObject({ message_id: id, status: "opted_out" });
    expect((body as { events: unknown }).events).toEqual(
      [
        [
          "soft_bounce",
          {
            sending_ip: null,
            recipient_mx: null,
            email_service_provider: null,
            email_service_provider_status: null,
            email_service_provider_response: "421 later",
            bounce_category: "transientfail",
          },
        ],
        ["suspension", { reject_reason: "The domain is suspended" }],
        [
          "delivery",
          { sending_ip: "192.0.2.1", recipient_mx: "mx.example.org", email_service_provider: "Google" },
        ],
        ["open", { web_ip_address }],
        ["click", { click_url: "https://example.com/", web_ip_address }],
        ["unsubscribe", { web_ip_address }],
        ["spam", { spam_feedback_type: "abuse" }],
        ["reject", { reject_reason: "Recipient in suppression list. Reason: unsubscription" }],
      ].map(([event_type, details], place) => ({
        event_type,
        created_at: new Date(noon - hourMs + (place + 1) * 60_000).toISOString(),
        details,
      })),
    );
  });

  it("shows a token of one domain that domain's messages alone", async () => {
    const ours = await api.log.sent(api.account.accountId, noon - 2_000, { domainId: 3 });
    const others = await api.log.sent(api.account.accountId, noon - 1_000, { domainId: 4 });
    const token = await tokenFor("domain", 3, 10);

    expect(await list("", token)).toMatchObject({ ids: [ours], total_count: 1 });
    expect((await ask("GET", `/api/email_logs/${ours}`, { token })).status).toBe(200);
    expect((await ask("GET", `/api/email_logs/${others}`, { token })).status).toBe(404);
  });

  it("does not find what is another account's, unknown, no id, or older than the plan shows", async () => {
    const other = await api.service.account();
    const foreign = await api.log.sent(other.accountId, noon - 1_000);
    const old = await api.log.sent(api.account.accountId, Date.UTC(2026, 2, 7) - 1);
    const kept = await api.log.sent(api.account.accountId, Date.UTC(2026, 2, 7));

    for (const id of [foreign, old, newId(noon), "7", "EVENT%23x"]) {
      expect(await ask("GET", `/api/email_logs/${id}`, { token: api.account.token })).toMatchObject({
        status: 404,
        body: { error: "Not Found" },
      });
    }
    expect(await list()).toMatchObject({ ids: [kept], total_count: 1 });
    expect(await list("?filters[status]=enqueued")).toMatchObject({ ids: [kept], total_count: 1 });
  });

  it("refuses a cursor that is none", async () => {
    expect(await ask("GET", "/api/email_logs?search_after=7", { token: api.account.token })).toMatchObject({
      status: 400,
      body: { error: "Bad Request" },
    });
  });
});

describe("the events of a message", () => {
  it("are shown all, but of endless opens and clicks the first, so that the answer stays small", () => {
    const id = { accountId: 1, messageId: newId(noon) };
    const clicks = Array.from({ length: 2_000 }, (_, place) => eventOf(id, "click", noon + place));
    const events = [eventOf(id, "delivery", noon), ...clicks, eventOf(id, "unsubscribe", noon + 2_000)];

    const shown = logEvents(events);
    expect(shown).toHaveLength(502);
    expect(shown.at(0)?.event_type).toBe("delivery");
    expect(shown.at(-1)?.event_type).toBe("unsubscribe");
  });
});
