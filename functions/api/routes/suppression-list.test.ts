import { describe, expect, it } from "vitest";
import { newId } from "../../../shared/platform/ids.ts";
import { emailsIn, noon, useSuppressionApi } from "../../../test/support/suppression-api.ts";

const api = useSuppressionApi();
const { clock, get, post, suppressed, wish } = api;

describe("the list", () => {
  it("shows what is known of the message", async () => {
    await suppressed({
      type: "hard bounce",
      message: {
        bounceCategory: "badrecipient",
        category: "Orders",
        clientIp: "192.0.2.1",
        createdAt: noon - 1_000,
        espResponse: "550 no",
        espServerType: "Google",
        outgoingIp: "192.0.2.2",
        recipientMxName: "mx.example.net",
        senderEmail: "a@example.com",
        subject: "Hello",
      },
    });
    expect((await get()).body).toEqual([
      {
        id: expect.any(String),
        type: "hard bounce",
        created_at: "2026-01-31T12:00:00.000Z",
        email: "gone@example.net",
        sending_stream: "bulk",
        domain_name: api.customer.domain,
        message_bounce_category: "badrecipient",
        message_category: "Orders",
        message_client_ip: "192.0.2.1",
        message_created_at: "2026-01-31T11:59:59.000Z",
        message_esp_response: "550 no",
        message_esp_server_type: "Google",
        message_outgoing_ip: "192.0.2.2",
        message_recipient_mx_name: "mx.example.net",
        message_sender_email: "a@example.com",
        message_subject: "Hello",
      },
    ]);
  });

  it("shows an account-wide entry without a domain", async () => {
    await suppressed({ domainId: null, domainName: null, stream: "any" });
    expect((await get()).body).toMatchObject([{ sending_stream: "any", domain_name: null }]);
  });

  it("goes on after the last id, a thousand at a time", async () => {
    const { accountId, domainId, domain: domainName } = api.customer;
    const wanted = Array.from({ length: 1_001 }, (_, place) => ({
      accountId,
      domainId,
      domainName,
      stream: "bulk" as const,
      type: "manual import" as const,
      email: `r${place}@example.net`,
      id: newId(noon + place),
    }));
    await api.service.suppressions.putMany(wanted);
    const first = (await get()).body as { id: string; email: string }[];
    expect([first.length, first[0]?.email]).toEqual([1_000, "r1000@example.net"]);
    expect(emailsIn((await get(`?last_id=${first.at(-1)?.id}`)).body)).toEqual(["r0@example.net"]);
  });

  it("is cut by time, the bounds included", async () => {
    for (const place of [0, 1, 2]) {
      clock.set(noon + place * 60_000 + 500);
      await suppressed({ email: `r${place}@example.net` });
    }
    const cut = async (query: string) => emailsIn((await get(`?${query}`)).body);
    expect(await cut("start_time=2026-01-31T12:01:00Z")).toEqual(["r2@example.net", "r1@example.net"]);
    expect(await cut("end_time=2026-01-31T12:01:00Z")).toEqual(["r1@example.net", "r0@example.net"]);
    expect(await cut("end_time=2026-01-31T12:01:00.499Z")).toEqual(["r0@example.net"]);
    expect(await cut("start_time=2026-01-31T13:01:00%2B01:00&end_time=2026-01-31T12:01:59")).toEqual([
      "r1@example.net",
    ]);
    expect(await cut("start_time=2026-01-31&end_time=2026-01-31")).toHaveLength(3);
    expect(await cut("start_time=2026-02-01")).toEqual([]);
    expect(await cut("start_time=2026-01-31T12:02:00Z&end_time=2026-01-31T12:00:00Z")).toEqual([]);
  });

  it.each(["start_time=yesterday", "end_time=7", "last_id=7", "last_id=", "email[a]=b"])(
    "is not searched by %s",
    async (query) => {
      expect((await get(`?${query}`)).status).toBe(400);
    },
  );

  it("is limited to ten requests of an account in a minute, whatever they do", async () => {
    for (let count = 0; count < 9; count += 1) await get("", api.customer.viewerToken);
    await post(wish());
    expect(await get()).toMatchObject({ status: 429, body: { errors: "Rate limit exceeded" } });
    clock.advance(60_000);
    expect((await get()).status).toBe(200);
  });
});
