import { describe, expect, it } from "vitest";
import { useDomainApi } from "../../../test/support/domain-api.ts";

const api = useDomainApi();
const { call, create, tokenFor } = api;
const company = {
  ...{ name: "Till & Co", address: "4 Quay Rd", city: "Cork", country: "IE", zip_code: "T12" },
  website_url: "https://till.example",
};

describe("a domain", () => {
  it("is looked at on demand, and goes on when its records are there", async () => {
    const domain = await create();
    expect((await call("POST", `/api/domains/${domain.id}/check`)).body).toMatchObject({
      ...{ compliance_status: "unverified_dns", dns_verified: false },
    });
    await api.service.dns.records.set(
      domain.dns_records.map(({ domain: name, type, value }) => ({ name, type, value })),
    );
    expect((await call("POST", `/api/domains/${domain.id}/check`)).body).toMatchObject({
      ...{ compliance_status: "missing_company_info", dns_verified: true },
      ...{ dns_verified_at: new Date(api.clock.now()).toISOString() },
    });
    const info = { company_info: { ...company, website_url: "http://127.0.0.1:9/" } };
    expect((await call("POST", `/api/domains/${domain.id}/company_info`, info)).status).toBe(200);
    expect((await call("POST", `/api/domains/${domain.id}/check`)).body).toMatchObject({
      compliance_status: "awaiting_questionnaire",
      compliance_reasons: [expect.stringContaining("no website"), expect.stringContaining("does not answer")],
    });
    const answers = { questionnaire: { "What do you send?": "Receipts" } };
    const answered = await call("POST", `/api/domains/${domain.id}/questionnaire`, answers);
    expect(answered.body).toMatchObject({ compliance_status: "awaiting_card_verification" });
    expect((await call("POST", `/api/domains/${domain.id}/questionnaire`, answers)).status).toBe(422);
    expect(api.service.told()).toEqual([
      `${domain.domain_name}: tell us who sends`,
      `${domain.domain_name} is under review`,
      `${domain.domain_name}: a few questions`,
      `${domain.domain_name}: we have your answers`,
    ]);
    const entries = await api.audits.list(api.account.accountId, { limit: 50 });
    const statuses = entries.flatMap(({ event, actor, changes: { compliance_status: status } = {} }) =>
      status ? [`${actor.name} ${event.split(".")[2]}: ${status.to}`] : [],
    );
    expect(statuses.toSorted()).toEqual([
      "System review_begun: under_review",
      "System reviewed: awaiting_questionnaire",
      "System verified: missing_company_info",
    ]);
  });

  it("has settings, of which clicks bring the tracking host and opt-out needs tracking", async () => {
    const { id } = await create();
    const change = async (sending_domain: object) =>
      await call("PATCH", `/api/sending_domains/${id}`, { sending_domain });
    expect(
      (await change({ click_tracking_enabled: true, tracking_opt_out_enabled: true })).body,
    ).toMatchObject({
      ...{ open_tracking_enabled: true, click_tracking_enabled: true },
      ...{ custom_domain_tracking_enabled: true, tracking_opt_out_enabled: true },
    });
    expect((await change({ auto_unsubscribe_link_enabled: true })).body).toMatchObject({
      ...{ auto_unsubscribe_link_enabled: true, click_tracking_enabled: true },
    });
    const off = { open_tracking_enabled: false, click_tracking_enabled: false };
    expect((await change(off)).body).toMatchObject({ tracking_opt_out_enabled: false });
    expect((await change({ tracking_opt_out_enabled: true })).status).toBe(422);
    expect((await change({ open_tracking_enabled: "yes" })).status).toBe(422);
  });

  it("has alerts, both on and for the owner at first, under either name of the wrapper", async () => {
    const { id } = await create();
    const alerts = async (path: string, body?: object) => {
      const answer = await call(body ? "PATCH" : "GET", path, body);
      const { health_alerts_enabled, critical_alerts_enabled, alert_recipient_email } =
        answer.body as unknown as Record<string, unknown>;
      return [answer.status, health_alerts_enabled, critical_alerts_enabled, alert_recipient_email];
    };
    const [short, named] = [
      `/api/domains/${id}`,
      `/api/accounts/${api.account.accountId}/sending_domains/${id}`,
    ];
    expect(await alerts(short)).toEqual([200, true, true, null]);
    const ops = { health_alerts_enabled: false, alert_recipient_email: "ops@example.net" };
    expect(await alerts(short, { domain: ops })).toEqual([200, false, true, "ops@example.net"]);
    const none = { critical_alerts_enabled: false, alert_recipient_email: "" };
    expect(await alerts(named, { sending_domain: none })).toEqual([200, false, false, null]);
    expect(await alerts(named)).toEqual([200, false, false, null]);
    for (const address of [
      "nobody",
      "a@b",
      "a@example.net, b@example.net",
      7,
      `${"a".repeat(250)}@example.net`,
    ]) {
      const answer = await call("PATCH", short, { domain: { alert_recipient_email: address } });
      expect([answer.status, answer.body]).toEqual([
        422,
        { errors: { alert_recipient_email: ["is invalid"] } },
      ]);
    }
    const answer = await call("PATCH", short, { domain: { critical_alerts_enabled: "yes" } });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: { critical_alerts_enabled: ["is invalid"] } },
    });
  });

  it("has each setting that somebody changes, though others change others at the same moment", async () => {
    const { id } = await create();
    const names = [
      "open_tracking_enabled",
      "auto_unsubscribe_link_enabled",
      "custom_domain_tracking_enabled",
    ];
    await Promise.all(
      names.map((name) =>
        call("PATCH", `/api/domains/${id}`, { domain: { [name]: name !== "open_tracking_enabled" } }),
      ),
    );
    expect((await call("GET", `/api/domains/${id}`)).body).toMatchObject({
      open_tracking_enabled: false,
      ...{ auto_unsubscribe_link_enabled: true, custom_domain_tracking_enabled: true },
    });
  });

  it("takes no more answers than its row has room for", async () => {
    const { id, domain_name } = await create();
    await api.service.work.domains.setComplianceStatus(
      api.account.accountId,
      domain_name,
      "awaiting_questionnaire",
    );
    const long = Array.from({ length: 50 }, (_, place) => [`Question ${place}`, "ж".repeat(5_000)]);
    const questionnaire = Object.fromEntries(long);
    expect(await call("POST", `/api/domains/${id}/questionnaire`, { questionnaire })).toMatchObject({
      ...{ status: 422, body: { errors: { questionnaire: ["is too long"] } } },
    });
  });

  it("counts no clicks on the free plan", async () => {
    const { id } = await create();
    await api.sending.accounts.setPlanName(api.account.accountId, "free");
    api.clock.advance(31_000);
    const change = await call("PATCH", `/api/domains/${id}`, { domain: { click_tracking_enabled: true } });
    expect(change).toMatchObject({
      ...{ status: 422, body: { errors: { click_tracking_enabled: ["is not available on your plan"] } } },
    });
  });

  it("is seen and changed by whom its token lets", async () => {
    const [one, other] = [await create(), await create()];
    const viewer = await tokenFor(one.id, 10);
    const { data } = (await call("GET", "/api/domains", undefined, viewer)).body as {
      data: { id: number }[];
    };
    expect(data).toMatchObject([{ id: one.id, permissions: { can_read: true, can_update: false } }]);
    expect((await call("GET", `/api/domains/${other.id}`, undefined, viewer)).status).toBe(404);
    expect((await call("PATCH", `/api/domains/${one.id}`, { domain: {} }, viewer)).status).toBe(403);
    expect((await call("DELETE", `/api/domains/${one.id}`, undefined, viewer)).status).toBe(403);
    const stranger = await api.sending.account();
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["POST", "/check"],
      ["GET", "/company_info"],
    ] as const) {
      expect((await call(method, `/api/domains/${one.id}${path}`, undefined, stranger.token)).status).toBe(
        404,
      );
    }
  });

  it("is gone when it is deleted, and can be added again, to be verified anew", async () => {
    const { id, domain_name } = await create();
    expect((await call("DELETE", `/api/domains/${id}`)).status).toBe(204);
    expect((await call("GET", `/api/domains/${id}`)).status).toBe(404);
    expect((await create(domain_name)).id).not.toBe(id);
  });

  it("has instructions, which go to whoever sets its records", async () => {
    const { id, domain_name, dns_records } = await create();
    const path = `/api/domains/${id}/send_setup_instructions`;
    expect((await call("POST", path, { email: "dns@example.net" })).status).toBe(204);
    expect(api.service.mails.map(({ to }) => to)).toEqual([["dns@example.net"]]);
    const text = api.service.mails[0]?.raw.toString("utf8").replaceAll("=\r\n", "").replaceAll("=3D", "=");
    expect(api.service.told()).toEqual([`DNS records for ${domain_name}`]);
    for (const { domain, value } of dns_records) {
      expect(text).toContain(domain);
      expect(text).toContain(value);
    }
    expect(await call("POST", path, { email: "nobody" })).toMatchObject({
      ...{ status: 422, body: { errors: { email: ["is invalid"] } } },
    });
  });

  it("has instructions for ten people a minute, whichever domain they are about", async () => {
    const ids = [(await create()).id, (await create()).id];
    const tell = async (email: string, id = ids[0]) =>
      (await call("POST", `/api/domains/${id}/send_setup_instructions`, { email })).status;
    for (let person = 0; person < 10; person++) {
      expect(await tell(`p${person}@example.net`, ids[person % 2])).toBe(204);
    }
    expect(await tell("late@example.net")).toBe(429);
    expect(api.service.mails).toHaveLength(10);
    api.clock.advance(60_000);
    expect(await tell("late@example.net")).toBe(204);
  });
});
