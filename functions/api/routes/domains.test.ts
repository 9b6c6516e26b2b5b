import { GetEmailIdentityCommand } from "@aws-sdk/client-sesv2";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AuditStore, auditStore } from "../../../shared/accounts/audit-store.ts";
import { addDomain } from "../../../shared/domains/add-domain.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { type DomainService, mailHost, startDomainService } from "../../../test/support/domain-service.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";
import { companyInfoRoutes } from "./company-info.ts";
import { domainRoutes } from "./domains.ts";

const clock = settableClock(Date.UTC(2026, 0, 31, 12));
const company = {
  ...{ name: "Till & Co", address: "4 Quay Rd", city: "Cork", country: "IE", zip_code: "T12" },
  website_url: "https://till.example",
};

let sending: SendService;
let service: DomainService;
let ask: ApiClient;
let audits: AuditStore;
let account: Awaited<ReturnType<SendService["account"]>>;
let made = 0;

beforeAll(async () => {
  sending = await startSendService(clock);
  const client = DynamoDBDocumentClient.from(sending.dynamo, {
    marshallOptions: { removeUndefinedValues: true },
  });
  service = await startDomainService({ client, table: "Accounts", clock });
  audits = auditStore({ client, table: "Accounts", clock });
  const deps = { domainWork: service.work, email: service.email };
  ask = apiClient(sending, [...companyInfoRoutes(deps), ...domainRoutes(deps)]);
});
afterAll(async () => {
  await service.stop();
  await sending.stop();
});
beforeEach(async () => {
  account = await sending.account();
  await sending.accounts.setPlanName(account.accountId, "business-100k");
  clock.advance(31_000);
  service.mails.length = 0;
});

const newName = () => `fresh${++made}.example`;
const call = (method: string, path: string, body?: unknown, token = account.token) =>
  ask(method, path, { token, body });
const create = async (domain_name = newName()) => {
  const { status, body } = await call("POST", "/api/domains", { domain: { domain_name } });
  expect(status).toBe(200);
  return body as {
    id: number;
    domain_name: string;
    dns_records: { domain: string; type: "TXT"; value: string }[];
  };
};
const tokenFor = async (domainId: number, accessLevel: 10 | 100) => {
  const resources = [{ resourceType: "domain" as const, resourceId: domainId, accessLevel }];
  const wanted = { name: "one", resources, expiresAt: null } as never;
  return (await sending.accounts.createToken(account.accountId, wanted)).secret;
};

describe("the vectors of domains", () => {
  it.each(readVectors("domain-vectors.json"))("$id: $title", async (vector) => {
    const { id } = await create();
    const fixtures = {
      ...{ TOKEN: account.token, ACCOUNT_ID: account.accountId, DOMAIN_ID: id },
      ...{ NEW_DOMAIN: newName(), NEW_DOMAIN_2: newName() },
    };
    const { method, path, headers, body } = requestOf(vector, fixtures);
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const answer = await ask(method, path, { headers: Object.fromEntries(lower), body });
    expect(answer.status).toBe(vector.expect.status);
    const filled = JSON.stringify(vector.expect.body ?? null)
      .replaceAll("${NEW_DOMAIN}", fixtures.NEW_DOMAIN)
      .replaceAll("${NEW_DOMAIN_2}", fixtures.NEW_DOMAIN_2);
    if (vector.expect.body !== undefined) expect(mismatches(JSON.parse(filled), answer.body)).toEqual([]);
  });
});

describe("a new domain", () => {
  it.each([
    [
      undefined,
      {
        base: [
          "Validation failed: Domain name can't be blank, Tracking domain name is not a valid domain name",
        ],
      },
    ],
    ["www.shop.example", { domain_name: ["must be given without www."] }],
    ["mail.gmail.com", { domain_name: ["belongs to a public mailbox provider"] }],
    ["not a name", { domain_name: ["is not a valid domain name"] }],
  ])("%s is refused", async (domain_name, errors) => {
    const answer = await call("POST", "/api/domains", { domain: { domain_name } });
    expect(answer).toMatchObject({ status: 422, body: { errors } });
  });

  it.each([mailHost, `demo-1.${mailHost}`, `deep.below.${mailHost}`])(
    "is refused where it is the operator's: %s",
    async (domain_name) => {
      expect(await call("POST", "/api/domains", { domain: { domain_name } })).toMatchObject({
        ...{ status: 422, body: { errors: { domain_name: ["belongs to this service"] } } },
      });
    },
  );

  it("is refused when the account has it, and when another has it", async () => {
    const { domain_name } = await create();
    expect(await call("POST", "/api/domains", { domain: { domain_name } })).toMatchObject({
      ...{ status: 422, body: { errors: { domain_name: ["has already been taken"] } } },
    });
    const other = await sending.account();
    await sending.accounts.setPlanName(other.accountId, "basic-10k");
    expect(await call("POST", "/api/domains", { domain: { domain_name } }, other.token)).toMatchObject({
      ...{ status: 422, body: { errors: { domain_name: ["belongs to another account"] } } },
    });
  });

  it("is one of as many as the plan has", async () => {
    await sending.accounts.setPlanName(account.accountId, "basic-10k");
    clock.advance(31_000);
    const { data } = (await call("GET", "/api/domains")).body as { data: unknown[] };
    for (let count = data.length; count < 5; count += 1) await create();
    expect(await call("POST", "/api/domains", { domain: { domain_name: newName() } })).toMatchObject({
      ...{ status: 422, body: { errors: { base: ["Your plan's limit of domains is reached: 5"] } } },
    });
  });

  it("is refused to who adds and deletes them without end, for a week", async () => {
    await sending.accounts.setPlanName(account.accountId, "basic-10k");
    clock.advance(31_000);
    for (let count = 0; count < 10; count += 1) {
      expect((await call("DELETE", `/api/domains/${(await create()).id}`)).status).toBe(204);
    }
    const refused = {
      status: 422,
      body: { errors: { base: ["Too many domains were deleted within a week"] } },
    };
    const again = () => call("POST", "/api/domains", { domain: { domain_name: newName() } });
    expect(await again()).toMatchObject(refused);
    clock.advance(7 * 86_400_000);
    expect((await again()).status).toBe(200);
  });

  it("needs a token that is admin of the account", async () => {
    const { id } = await create();
    const token = await tokenFor(id, 100);
    expect((await call("POST", "/api/domains", { domain: { domain_name: newName() } }, token)).status).toBe(
      403,
    );
  });
});

describe("a domain", () => {
  it("is looked at on demand, and goes on when its records are there", async () => {
    const domain = await create();
    expect((await call("POST", `/api/domains/${domain.id}/check`)).body).toMatchObject({
      ...{ compliance_status: "unverified_dns", dns_verified: false },
    });
    await service.dns.records.set(
      domain.dns_records.map(({ domain: name, type, value }) => ({ name, type, value })),
    );
    expect((await call("POST", `/api/domains/${domain.id}/check`)).body).toMatchObject({
      ...{ compliance_status: "missing_company_info", dns_verified: true },
      ...{ dns_verified_at: new Date(clock.now()).toISOString() },
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
    expect(service.told()).toEqual([
      `${domain.domain_name}: tell us who sends`,
      `${domain.domain_name} is under review`,
      `${domain.domain_name}: a few questions`,
      `${domain.domain_name}: we have your answers`,
    ]);
    const entries = await audits.list(account.accountId, { limit: 50 });
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
    const [short, named] = [`/api/domains/${id}`, `/api/accounts/${account.accountId}/sending_domains/${id}`];
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
    await service.work.domains.setComplianceStatus(account.accountId, domain_name, "awaiting_questionnaire");
    const long = Array.from({ length: 50 }, (_, place) => [`Question ${place}`, "ж".repeat(5_000)]);
    const questionnaire = Object.fromEntries(long);
    expect(await call("POST", `/api/domains/${id}/questionnaire`, { questionnaire })).toMatchObject({
      ...{ status: 422, body: { errors: { questionnaire: ["is too long"] } } },
    });
  });

  it("is completed when it is added again after its making was cut off", async () => {
    const name = newName();
    const broken = {
      ...service.work,
      sesIdentities: { ...service.work.sesIdentities, create: () => Promise.reject(new Error("cut off")) },
    };
    const { accountId } = account;
    const wanted = { accountId, typedName: name, complianceStatus: "unverified_dns" } as const;
    await expect(addDomain(broken, wanted)).rejects.toThrow("cut off");
    const { id } = await create(name);
    await service.ses.send(new GetEmailIdentityCommand({ EmailIdentity: name }));
    expect(await service.work.domains.get(accountId, id)).toMatchObject({ setUpAt: clock.now() });
  });

  it("is one of as many as the plan has, though several are added at the same moment", async () => {
    await sending.accounts.setPlanName(account.accountId, "basic-10k");
    clock.advance(31_000);
    const { data } = (await call("GET", "/api/domains")).body as { data: unknown[] };
    for (let count = data.length; count < 4; count += 1) await create();
    const statuses = await Promise.all(
      [1, 2, 3].map(
        async () => (await call("POST", "/api/domains", { domain: { domain_name: newName() } })).status,
      ),
    );
    expect(statuses.toSorted()).toEqual([200, 422, 422]);
  });

  it("counts no clicks on the free plan", async () => {
    const { id } = await create();
    await sending.accounts.setPlanName(account.accountId, "free");
    clock.advance(31_000);
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
    const stranger = await sending.account();
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
    expect(service.mails.map(({ to }) => to)).toEqual([["dns@example.net"]]);
    const text = service.mails[0]?.raw.toString("utf8").replaceAll("=\r\n", "").replaceAll("=3D", "=");
    expect(service.told()).toEqual([`DNS records for ${domain_name}`]);
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
    expect(service.mails).toHaveLength(10);
    clock.advance(60_000);
    expect(await tell("late@example.net")).toBe(204);
  });
});

describe("company information", () => {
  it("is unset, then one for the whole account, then changed in part", async () => {
    const [one, other] = [await create(), await create()];
    const path = (id: number) => `/api/domains/${id}/company_info`;
    expect((await call("GET", path(one.id))).body).toMatchObject({
      data: { name: null, info_level: "business" },
    });
    const info = { ...company, info_level: "business" };
    expect(await call("POST", path(one.id), { company_info: info })).toMatchObject({
      status: 200,
      body: { data: info },
    });
    expect((await call("GET", path(other.id))).body).toMatchObject({ data: { ...info, phone: null } });
    const changed = await call("PATCH", path(other.id), { company_info: { city: "Galway" } });
    expect(changed).toMatchObject({ status: 200, body: { data: { ...info, city: "Galway" } } });
  });

  it("names what is wrong", async () => {
    const { id } = await create();
    const path = `/api/domains/${id}/company_info`;
    expect((await call("POST", path, { company_info: {} })).body).toEqual({
      errors: {
        ...{ name: ["can't be blank"], address: ["can't be blank"], city: ["can't be blank"] },
        ...{ country: ["can't be blank"], zip_code: ["can't be blank"] },
        website_url: ["can't be blank", "is invalid"],
      },
    });
    const wrong = { ...company, privacy_policy_url: "ftp://till.example", info_level: "individual" };
    expect((await call("POST", path, { company_info: wrong })).body).toEqual({
      errors: { privacy_policy_url: ["is invalid"] },
    });
    await call("POST", path, { company_info: { ...company, info_level: "individual" } });
    expect((await call("PATCH", path, { company_info: { info_level: "business" } })).body).toEqual({
      errors: { info_level: ["can't be changed"] },
    });
  });
});
