import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../shared/platform/ids.ts";
import type { NewSuppression } from "../../../shared/suppressions/suppression-store.ts";
import { type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";
import { suppressionRoutes } from "./suppressions.ts";
import { trackingOptOutRoutes } from "./tracking-opt-outs.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const clock = settableClock(noon);

interface Customer {
  readonly accountId: number;
  readonly token: string;
  readonly viewerToken: string;
  readonly domain: string;
  readonly domainId: number;
}

let service: SendService;
let ask: ApiClient;
let customer: Customer;

beforeAll(async () => {
  service = await startSendService(clock);
  ask = apiClient(service, [...suppressionRoutes(service), ...trackingOptOutRoutes(service)]);
});
afterAll(() => service.stop());
beforeEach(async () => {
  clock.set(noon);
  customer = await newCustomer();
});

async function newCustomer(): Promise<Customer> {
  const account = await service.account();
  const domain = await service.domains.find(account.accountId, account.domain);
  return { ...account, domainId: domain?.id ?? 0 };
}

/** A token that may see, or change, one domain alone. */
async function domainToken(domainId: number, accessLevel: 10 | 100): Promise<string> {
  const resources = [{ resourceType: "domain" as const, resourceId: domainId, accessLevel }];
  return (await service.accounts.createToken(customer.accountId, { name: "d", resources, expiresAt: null }))
    .secret;
}

async function secondDomain() {
  const name = `second${customer.accountId}.example`;
  return service.domains.add({
    accountId: customer.accountId,
    name,
    complianceStatus: "compliant",
    dkimKeys: [],
  });
}

function suppressed(fields: Partial<NewSuppression> = {}) {
  const { accountId, domainId, domain: domainName } = customer;
  const usual = { accountId, domainId, domainName, email: "gone@example.net", stream: "bulk" as const };
  return service.suppressions.put({ ...usual, type: "manual import", ...fields });
}

const wish = (fields: object = {}) => ({
  email: "gone@example.net",
  domain_id: customer.domainId,
  sending_stream: "bulk",
  ...fields,
});
const post = (body: unknown, token = customer.token) => ask("POST", "/api/suppressions", { token, body });
const get = (query = "", token = customer.token) => ask("GET", `/api/suppressions${query}`, { token });
const emailsIn = (body: unknown) => (body as { email: string }[]).map(({ email }) => email);

describe("the lists, as clients of the service know them:", () => {
  it.each(readVectors("suppression-vectors.json"))("$id: $title", async (vector) => {
    const existing = await suppressed({ email: "earlier@example.net" });
    const { method, path, headers, body, ...request } = requestOf(vector, {
      TOKEN: customer.token,
      TOKEN_VIEWER: customer.viewerToken,
      ACCOUNT_ID: customer.accountId,
      DOMAIN: customer.domain,
      DOMAIN_ID: customer.domainId,
      SUPPRESSION_ID: existing?.id ?? "",
    });
    const query =
      "query" in request ? `?${new URLSearchParams(request.query as Record<string, string>)}` : "";
    const answer = await ask(method, `${path}${query}`, {
      headers: { authorization: headers["Authorization"] ?? "" },
      ...(body !== undefined && { body }),
    });
    expect(answer.status).toBe(vector.expect.status);
    const wanted = JSON.parse(
      JSON.stringify(vector.expect.body)
        .replace("${DOMAIN}", customer.domain)
        .replace("${SUPPRESSION_ID}", existing?.id ?? ""),
    );
    expect(mismatches(wanted, answer.body)).toEqual([]);
  });
});

describe("putting an address on the list", () => {
  it("suppresses it for the domain and stream, and shows it", async () => {
    const { status, body } = await post(wish({ email: "Gone@EXAMPLE.net", type: "spam complaint" }));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      data: {
        type: "spam complaint",
        created_at: "2026-01-31T12:00:00.000Z",
        email: "gone@example.net",
        sending_stream: "bulk",
        domain_name: customer.domain,
        message_subject: null,
      },
    });
    const marks = await service.suppressions.marksOf(
      customer.accountId,
      { domainId: customer.domainId, stream: "bulk" },
      ["gone@example.net"],
    );
    expect(marks.get("gone@example.net")?.suppressed).toEqual({ type: "spam complaint" });
  });

  it("answers with the entry that is there already", async () => {
    const first = await post(wish());
    clock.advance(1_000);
    const second = await post(wish({ type: "hard bounce" }));
    expect(second).toMatchObject({ status: 201, body: first.body as object });
    expect(emailsIn((await get()).body)).toHaveLength(1);
  });

  it.each([
    [{ email: "gone" }, { email: ["format is invalid"] }],
    [{ email: "a@b@example.net" }, { email: ["format is invalid"] }],
    [{ email: undefined }, { email: ["can't be blank"] }],
    [{ email: "" }, { email: ["can't be blank"] }],
    [{ email: 7 }, { email: ["can't be blank"] }],
    [{ sending_stream: "any" }, { sending_stream: ["is invalid. Allowed values: transactional, bulk."] }],
    [{ sending_stream: undefined }, { sending_stream: ["is invalid. Allowed values: transactional, bulk."] }],
    [{ domain_id: undefined }, { domain_id: ["can't be blank"] }],
    [{ domain_id: "seven" }, { domain_id: ["is invalid"] }],
    [{ domain_id: 1e21 }, { domain_id: ["is invalid"] }],
    [{ domain_id: 999_999 }, { domain_id: ["is invalid"] }],
    [
      { type: "boredom" },
      { type: ["is invalid. Allowed values: hard bounce, unsubscription, spam complaint, manual import."] },
    ],
  ])("is refused with %o", async (fields, errors) => {
    expect(await post(wish(fields))).toMatchObject({ status: 422, body: { errors } });
    expect((await get()).body).toEqual([]);
  });

  it("takes a domain's number as text", async () => {
    expect((await post(wish({ domain_id: String(customer.domainId) }))).status).toBe(201);
  });
});

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
        domain_name: customer.domain,
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
    const { accountId, domainId, domain: domainName } = customer;
    const wanted = Array.from({ length: 1_001 }, (_, place) => ({
      accountId,
      domainId,
      domainName,
      stream: "bulk" as const,
      type: "manual import" as const,
      email: `r${place}@example.net`,
      id: newId(noon + place),
    }));
    await service.suppressions.putMany(wanted);
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
    for (let count = 0; count < 9; count += 1) await get("", customer.viewerToken);
    await post(wish());
    expect(await get()).toMatchObject({ status: 429, body: { errors: "Rate limit exceeded" } });
    clock.advance(60_000);
    expect((await get()).status).toBe(200);
  });
});

describe("asking for one address", () => {
  it("finds it in whichever of its forms it is asked for", async () => {
    await post(wish({ email: "Gone@b\u00fccher.example" }));
    const found = [{ email: "gone@xn--bcher-kva.example" }];
    for (const email of ["gone@b%C3%BCcher.example", "GONE@XN--BCHER-KVA.example"]) {
      expect(await get(`?email=${email}`)).toMatchObject({ status: 200, body: found });
    }
    expect((await get("?email=b%C3%BCcher.example")).body).toEqual([]);
  });

  it("finds nothing by what is too long to be one", async () => {
    const email = `${"a".repeat(2_000)}@example.net`;
    expect(await get(`?email=${email}`)).toMatchObject({ status: 200, body: [] });
    const { token } = customer;
    expect(await ask("GET", `/api/tracking_opt_outs?email=${email}`, { token })).toMatchObject({
      status: 200,
    });
  });
});

describe("taking an address off the list", () => {
  const remove = (id: string | undefined, token = customer.token) =>
    ask("DELETE", `/api/suppressions/${id}`, { token, body: {} });
  const missing = { status: 404, body: { errors: { base: ["Suppression not found"] } } };

  it("lets mail flow again", async () => {
    const existing = await suppressed();
    expect(await remove(existing?.id)).toMatchObject({ status: 200, body: { id: existing?.id } });
    expect((await get()).body).toEqual([]);
    expect(await remove(existing?.id)).toMatchObject(missing);
  });

  it.each(["0190b5c6-0000-7000-8000-000000000000", "7", "%20", "7".repeat(1_100)])(
    "does not find %s",
    async (id) => {
      expect(await remove(id)).toMatchObject(missing);
      expect(await ask("DELETE", `/api/tracking_opt_outs/${id}`, { token: customer.token })).toMatchObject({
        status: 404,
        body: { errors: { base: ["Tracking opt-out not found"] } },
      });
    },
  );
});

describe("tenants", () => {
  it("see, change and remove nothing of one another", async () => {
    const existing = await suppressed();
    const theirs = { email: "quiet@example.net", domainId: customer.domainId, domainName: customer.domain };
    const optOut = await service.optOuts.put({ accountId: customer.accountId, ...theirs });
    const { token } = await newCustomer();
    expect((await get("", token)).body).toEqual([]);
    expect((await get("?email=gone@example.net", token)).body).toEqual([]);
    expect((await ask("GET", "/api/tracking_opt_outs", { token })).body).toEqual({ data: [], last_id: null });
    expect((await ask("DELETE", `/api/suppressions/${existing?.id}`, { token })).status).toBe(404);
    expect((await ask("DELETE", `/api/tracking_opt_outs/${optOut.id}`, { token })).status).toBe(404);
    expect((await post(wish(), token)).status).toBe(422);
    expect((await ask("GET", `/api/accounts/${customer.accountId}/suppressions`, { token })).status).toBe(
      403,
    );
    expect(emailsIn((await get()).body)).toEqual(["gone@example.net"]);
  });

  it("give tokens for one domain its entries alone", async () => {
    const { id: otherId, name: otherName } = await secondDomain();
    const own = await suppressed({ email: "own@example.net" });
    const other = await suppressed({ email: "other@example.net", domainId: otherId, domainName: otherName });
    const wide = await suppressed({
      email: "wide@example.net",
      domainId: null,
      domainName: null,
      stream: "any",
    });
    const token = await domainToken(customer.domainId, 100);
    expect(emailsIn((await get("", token)).body)).toEqual(["own@example.net"]);
    expect((await get("?email=other@example.net", token)).body).toEqual([]);
    for (const id of [other?.id, wide?.id]) {
      expect((await ask("DELETE", `/api/suppressions/${id}`, { token })).status).toBe(404);
    }
    expect((await post(wish({ domain_id: otherId }), token)).status).toBe(403);
    expect((await post(wish({ email: "new@example.net" }), token)).status).toBe(201);
    expect((await ask("DELETE", `/api/suppressions/${own?.id}`, { token })).status).toBe(200);
  });

  it("give a token that may only look no more than that", async () => {
    const existing = await suppressed();
    const wide = await suppressed({ domainId: null, domainName: null, stream: "any" });
    const forbidden = { status: 403, body: { errors: "Account access forbidden" } };
    for (const token of [customer.viewerToken, await domainToken(customer.domainId, 10)]) {
      expect(emailsIn((await get("", token)).body)).toContain("gone@example.net");
      expect(await post(wish(), token)).toMatchObject(forbidden);
      expect(await ask("DELETE", `/api/suppressions/${existing?.id}`, { token })).toMatchObject(forbidden);
    }
    expect(
      await ask("DELETE", `/api/suppressions/${wide?.id}`, { token: customer.viewerToken }),
    ).toMatchObject(forbidden);
  });

  it("show a token without any permission nothing", async () => {
    await suppressed();
    const { secret } = await service.accounts.createToken(customer.accountId, {
      name: "n",
      resources: [],
      expiresAt: null,
    });
    expect((await get("", secret)).body).toEqual([]);
  });
});
