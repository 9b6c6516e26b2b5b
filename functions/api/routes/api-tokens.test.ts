import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountStore } from "../../../shared/accounts/account-store.ts";
import { type ApiAnswer, type ApiClient, apiClient } from "../../../test/support/api-service.ts";
import { documentClientFor } from "../../../test/support/dynamodb.ts";
import { type SendService, startSendService } from "../../../test/support/send-service.ts";
import { settableClock } from "../../../test/support/test-table.ts";
import { mismatches, readVectors, requestOf } from "../../../test/vectors/vectors.ts";
import { accountRoutes } from "./accounts.ts";
import { apiTokenRoutes } from "./api-tokens.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const minute = 60_000;
const day = 86_400_000;
const clock = settableClock(noon);

let service: SendService;
let ask: ApiClient;
let account: Awaited<ReturnType<SendService["account"]>>;
let domainId: number;

beforeAll(async () => {
  service = await startSendService(clock);
  const organizations = { members: async () => [] };
  ask = apiClient(service, [
    ...apiTokenRoutes({ accounts: service.accounts, domains: service.domains, clock }),
    ...accountRoutes({ organizations }),
  ]);
});
afterAll(() => service.stop());
beforeEach(async () => {
  clock.set(noon);
  account = await service.account();
  domainId = (await service.domains.find(account.accountId, account.domain))?.id ?? 0;
});

interface Shown {
  readonly id: number;
  readonly name: string;
  readonly token: string;
  readonly expires_at: string | null;
  readonly created_by: string;
  readonly last_4_digits: string;
  readonly resources: { resource_type: string; resource_id: number; access_level: number }[];
}

const whole = (access_level: number | string = 100) => ({
  resource_type: "account",
  resource_id: account.accountId,
  access_level,
});
const ofDomain = (access_level: number | string = 100, resource_type = "domain") => ({
  resource_type,
  resource_id: domainId,
  access_level,
});

function post(path: string, body?: object, token = account.token): Promise<ApiAnswer> {
  return ask("POST", `/api${path}`, { token, body });
}

async function create(wish: object = {}): Promise<Shown> {
  const { status, body } = await post("/api_tokens", { name: "Shop", resources: [whole()], ...wish });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Shown;
}

const errorsOf = async (wish: object): Promise<unknown> => {
  const { status, body } = await post("/api_tokens", { name: "Shop", resources: [whole()], ...wish });
  expect(status).toBe(422);
  return (body as { errors: unknown }).errors;
};

const statusFor = async (token: string) => (await ask("GET", "/api/accounts", { token })).status;

describe("the vectors of accounts and tokens", () => {
  it.each(readVectors("access-vectors.json"))("$id: $title", async (vector) => {
    const token = (await service.account({ requestsPer10Seconds: 150 })).token;
    const accountId = (await service.accounts.findByToken(token))?.account.id ?? 0;
    const { method, path, headers, body } = requestOf(vector, { TOKEN: token, ACCOUNT_ID: accountId });
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const answer = await ask(method, path, { headers: Object.fromEntries(lower), body });
    expect(answer.status).toBe(vector.expect.status);
    expect(mismatches(vector.expect.body, answer.body)).toEqual([]);
    const expected = (vector.expect as { headers?: Record<string, string> }).headers ?? {};
    expect(mismatches(expected, answer.headers)).toEqual([]);
  });
});

describe("a token", () => {
  it("shows its secret when it is made, and never again", async () => {
    const made = await create();
    expect(made).toMatchObject({ name: "Shop", created_by: "t", resources: [whole()] });
    expect(made.token).toMatch(/^[0-9a-f]{32}$/);
    expect(made.last_4_digits).toBe(made.token.slice(-4));
    const list = await ask("GET", "/api/api_tokens", { token: account.viewerToken });
    const one = await ask("GET", `/api/api_tokens/${made.id}`, { token: account.viewerToken });
    const { token: secret, ...shown } = made;
    expect(one.body).toEqual(shown);
    expect((list.body as Shown[]).map(({ id }) => id)).toContain(made.id);
    expect(JSON.stringify([list.body, one.body])).not.toContain(secret);
  });

  it("works for what it is for, whatever its resources are called and however ids and levels are written", async () => {
    const resource_id = String(domainId);
    const path = `/api/accounts/${account.accountId}/api_tokens`;
    const resources = [{ resource_type: "sending_domain", resource_id, access_level: "admin" }];
    const body = { name: "One", resources };
    const named = await ask("POST", path, { token: account.token, body });
    expect((named.body as Shown).resources).toEqual([ofDomain(100, "sending_domain")]);
    const { id } = await create({ resources: [ofDomain("10")] });
    const shown = (base: string) => ask("GET", `${base}/${id}`, { token: account.token });
    expect(((await shown("/api/api_tokens")).body as Shown).resources).toEqual([ofDomain(10)]);
    expect(((await shown(path)).body as Shown).resources).toEqual([ofDomain(10, "sending_domain")]);
  });

  it("ends in a year, never, or when it is asked to", async () => {
    const inAYear = new Date(noon + 365 * day).toISOString();
    expect((await create()).expires_at).toBe(inAYear);
    expect((await create({ expires_at: null })).expires_at).toBeNull();
    expect((await create({ expires_at: "2026-03-01T10:00:00+02:00" })).expires_at).toBe(
      "2026-03-01T08:00:00.000Z",
    );
    expect((await create({ expires_at: "2031-01-31T12:00:00Z" })).expires_at).toBe(
      "2031-01-31T12:00:00.000Z",
    );
  });

  it.each([
    [
      "a past end",
      { expires_at: "2026-01-31T12:00:00Z" },
      { base: ["Expiration date must be in the future"] },
    ],
    [
      "more than five years",
      { expires_at: "2031-01-31T12:00:01Z" },
      { base: ["Expiration date must be within 5 years"] },
    ],
    ["no time at all", { expires_at: "soon" }, { expires_at: ["is invalid"] }],
    ["no name", { name: " " }, { name: ["can't be blank"] }],
    ["a name without end", { name: "n".repeat(256) }, { name: ["is too long (maximum is 255 characters)"] }],
    ["a name of two lines", { name: "Shop\r\nBcc: x" }, { name: ["is invalid"] }],
    [
      "nothing",
      { name: undefined, resources: undefined },
      { name: ["can't be blank"], base: ["No permissions selected. Please choose at least one."] },
    ],
    [
      "an unknown kind",
      { resources: [{ resource_type: "moon", resource_id: 1, access_level: 10 }] },
      { resources: ["is invalid"] },
    ],
    [
      "somebody else's",
      { resources: [{ resource_type: "account", resource_id: 1, access_level: 10 }] },
      { resources: ["is invalid"] },
    ],
  ])("is not made with %s", async (_, wish, errors) => {
    expect(await errorsOf(wish)).toEqual(errors);
  });

  it("is not made with a level that there is not, nor for an organization", async () => {
    expect(await errorsOf({ resources: [whole(1_000)] })).toEqual({ resources: ["is invalid"] });
    const organization = { ...whole(), resource_type: "organization" };
    expect(await errorsOf({ resources: [organization] })).toEqual({ resources: ["is invalid"] });
  });

  it("that has ended is turned away, and stays listed for 90 days", async () => {
    const { id, token } = await create({ expires_at: new Date(noon + day).toISOString() });
    clock.set(noon + day - 1);
    expect(await statusFor(token)).toBe(200);
    clock.set(noon + day);
    expect(await statusFor(token)).toBe(401);
    const { status, body } = await post(`/api_tokens/${id}/reset`);
    expect({ status, body }).toEqual({
      status: 422,
      body: { errors: { base: ["Token has already expired"] } },
    });
    expect((await ask("GET", `/api/api_tokens/${id}`, { token: account.token })).status).toBe(200);
  });
});

describe("a token that is reset", () => {
  it("gives way to one with another id, which its name has, and the same permissions", async () => {
    const old = await create({ resources: [ofDomain(10)] });
    const { status, body } = await ask("POST", `/api/api_tokens/${old.id}/reset`, {
      token: account.token,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const fresh = body as Shown;
    expect(status).toBe(200);
    expect(fresh).toMatchObject({ name: `Shop ${fresh.id}`, resources: [ofDomain(10)], created_by: "t" });
    expect(fresh.id).toBeGreaterThan(old.id);
    expect(fresh.expires_at).toBe(new Date(noon + 365 * day).toISOString());
    expect(await statusFor(fresh.token)).toBe(200);
    const again = (await post(`/api_tokens/${fresh.id}/reset`, { expires_at: null })).body as Shown;
    expect(again).toMatchObject({ name: `Shop ${again.id}`, expires_at: null });
  });

  it("works for 11 hours and 59 minutes more, not for 12 hours and one", async () => {
    const old = await create();
    expect(await statusFor(old.token)).toBe(200);
    await post(`/api_tokens/${old.id}/reset`);
    clock.advance(12 * 60 * minute - minute);
    expect(await statusFor(old.token)).toBe(200);
    clock.advance(2 * minute);
    expect(await statusFor(old.token)).toBe(401);
  });

  it("ends at its own end if that comes first", async () => {
    const expires_at = new Date(noon + 60 * minute).toISOString();
    const { id } = await create({ expires_at });
    await post(`/api_tokens/${id}/reset`);
    const shown = await ask("GET", `/api/api_tokens/${id}`, { token: account.token });
    expect((shown.body as Shown).expires_at).toBe(expires_at);
  });

  it("is not reset again, not even at the same moment", async () => {
    const { id } = await create();
    const answers = await Promise.all([1, 2, 3].map(() => post(`/api_tokens/${id}/reset`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422, 422]);
    expect((await post(`/api_tokens/${id}/reset`)).body).toEqual({
      errors: { base: ["Token has already been reset"] },
    });
  });
});

describe("a token that may more than the account's admin", () => {
  it.each([
    [
      "an organization's",
      { resources: [{ resourceType: "organization" as const, resourceId: 5, accessLevel: 100 as const }] },
    ],
    ["another user's", { resources: [], accessId: 5 }],
  ])("is not given to him by a reset: %s", async (_, wish) => {
    const wanted = { name: "Theirs", expiresAt: null, ...wish };
    const { token } = await service.accounts.createToken(account.accountId, wanted);
    expect(await post(`/api_tokens/${token.id}/reset`)).toMatchObject({
      status: 403,
      body: { errors: "Account access forbidden" },
    });
    expect(await service.accounts.tokens.get(account.accountId, token.id)).toEqual(token);
  });
});

describe("a token that is deleted", () => {
  const remove = (id: number) => ask("DELETE", `/api/api_tokens/${id}`, { token: account.token });

  it("is turned away at once, and gone from the list", async () => {
    const { id, token } = await create();
    expect(await statusFor(token)).toBe(200);
    expect(await remove(id)).toMatchObject({ status: 204, body: "" });
    expect(await statusFor(token)).toBe(401);
    expect((await remove(id)).status).toBe(404);
    expect((await ask("GET", `/api/api_tokens/${id}`, { token: account.token })).status).toBe(404);
  });

  it("is turned away within 30 seconds by a process that knows it", async () => {
    const { id, token } = await create();
    const other = accountStore({ client: documentClientFor(service.dynamo), table: "Accounts", clock });
    expect(await other.findByToken(token)).toBeDefined();
    await remove(id);
    expect(await service.accounts.findByToken(token)).toBeUndefined();
    clock.advance(30_001);
    expect(await other.findByToken(token)).toBeUndefined();
  });

  it("is not the last one of a domain", async () => {
    const [own] = (await ask("GET", "/api/api_tokens", { token: account.token })).body as Shown[];
    const { id, resources } = await create({ resources: [ofDomain()] });
    expect(resources).toEqual([ofDomain()]);
    const tokens = [own?.id ?? 0, id];
    const answers = await Promise.all(tokens.map(remove));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 422]);
    expect(answers.find(({ status }) => status === 422)?.body).toEqual({
      errors: { base: [`Token is the last one of ${account.domain} and cannot be deleted`] },
    });
  });

  it("may be the last one where it can send nothing, or has ended", async () => {
    const viewer = await create({ resources: [ofDomain(10)] });
    expect((await remove(viewer.id)).status).toBe(204);
    const ended = await create({ expires_at: new Date(noon + 1).toISOString() });
    clock.advance(1);
    expect((await remove(ended.id)).status).toBe(204);
  });
});

describe("a token that sees one domain", () => {
  it("sees no token that sees more", async () => {
    const own = await create({ resources: [ofDomain(10)] });
    const { body } = await ask("GET", "/api/api_tokens", { token: own.token });
    expect((body as Shown[]).map(({ id }) => id)).toEqual([own.id]);
    const wider = await create();
    expect((await ask("GET", `/api/api_tokens/${wider.id}`, { token: own.token })).status).toBe(404);
    expect((await post("/api_tokens", { name: "n", resources: [ofDomain()] }, own.token)).status).toBe(403);
  });
});
