import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type AccountStore, accountStore } from "../../shared/accounts/account-store.ts";
import type { Token } from "../../shared/accounts/token.ts";
import { logger } from "../../shared/platform/observability.ts";
import { type AccountApi, newPlace, startAccountApi } from "../../test/support/account-api.ts";
import { type LawfulRequest, lawfulRequests, type Place } from "../../test/support/api-requests.ts";
import { apiEvent } from "../../test/support/api-service.ts";
import { settableClock } from "../../test/support/test-table.ts";
import { apiDoor } from "./door/door.ts";
import type { ApiRoute } from "./door/route.ts";
import { apiRoutes } from "./routes.ts";

const minute = 60_000;

/** Who asks: his level on the account, on the domain that the requests are about, and on the organization. */
const callers = {
  "an account admin": { account: 100, domain: 100, organization: 0 },
  "an account viewer": { account: 10, domain: 10, organization: 0 },
  "a user who may look": { account: 10, domain: 10, organization: 0 },
  "an admin of the domain": { account: 0, domain: 100, organization: 0 },
  "a viewer of the domain": { account: 0, domain: 10, organization: 0 },
  "an admin of another domain": { account: 0, domain: 0, organization: 0 },
  "an organization": { account: 0, domain: 0, organization: 100 },
} as const;

type Level = 0 | 10 | 100;
type Levels = Readonly<Record<"account" | "domain" | "organization", Level>>;
type Caller = (typeof callers)[keyof typeof callers];
type CallerName = keyof typeof callers;

const toSee = ({ domain }: Caller) => (domain >= 10 ? undefined : 404);
const toChange = ({ domain }: Caller) => (domain >= 100 ? undefined : domain >= 10 ? 403 : 404);
const ofDomain = ({ domain }: Caller) => (domain >= 100 ? undefined : 403);
/** Of an account into which it does not reach. */
const notOfOrganization = ({ organization }: Caller) => (organization > 0 ? 403 : undefined);
const ofOrganization = ({ organization }: Caller) => (organization >= 100 ? undefined : 403);

/** Routes that let any token in and then look closer; what is not here shows each token what it may see. */
const closer: Readonly<Record<string, (caller: Caller) => number | undefined>> = {
  "GET /domains/{id}": toSee,
  "PATCH /domains/{id}": toChange,
  "DELETE /domains/{id}": toChange,
  "POST /domains/{id}/send_setup_instructions": toChange,
  "POST /domains/{id}/check": toChange,
  "POST /domains/{id}/questionnaire": toChange,
  "GET /domains/{id}/auto_bcc": toSee,
  "PUT /domains/{id}/auto_bcc": toChange,
  "GET /domains/{id}/company_info": toSee,
  "POST /suppressions": ofDomain,
  "DELETE /suppressions/{id}": toChange,
  "POST /suppressions/import": ofDomain,
  "POST /suppressions/imports": ofDomain,
  "POST /suppressions/imports/{id}/start": toChange,
  "GET /suppressions/imports/{id}": toSee,
  "GET /suppressions/exports/{id}": toSee,
  "POST /tracking_opt_outs": ofDomain,
  "DELETE /tracking_opt_outs/{id}": toChange,
  "GET /api_tokens/{id}": toSee,
  "GET /standing": notOfOrganization,
  "GET /organizations/{organization_id}/sub_accounts": ofOrganization,
  "POST /organizations/{organization_id}/sub_accounts": ofOrganization,
  // There is no such message.
  "GET /email_logs/{id}": () => 404,
};

let api: AccountApi;
let routes: ApiRoute[];
let door: ReturnType<typeof apiDoor>;

beforeAll(async () => {
  api = await startAccountApi();
  routes = apiRoutes(api.deps);
  door = apiDoor(api.deps, routes);
});
afterAll(() => api.stop());

const nameOf = ({ method, path }: Pick<ApiRoute, "method" | "path">) => `${method} ${path}`;

async function secretOf(name: CallerName, place: Place): Promise<string> {
  const { accountId } = place;
  if (name === "a user who may look") {
    const resources = [{ resourceType: "account" as const, resourceId: accountId, accessLevel: 10 as const }];
    const wanted = { accountId, email: "ada@example.net", name: "Ada", resources };
    const { id } = await api.deps.accesses.addUser(wanted);
    return made(accountId, { resources: [], accessId: id });
  }
  return made(accountId, { resources: resourcesOf(name, place) });
}

function resourcesOf(name: CallerName, { accountId, domainId, organizationId }: Place): Token["resources"] {
  const { account, domain, organization }: Levels = callers[name];
  if (account !== 0) return [{ resourceType: "account", resourceId: accountId, accessLevel: account }];
  if (organization !== 0) {
    return [{ resourceType: "organization", resourceId: organizationId, accessLevel: organization }];
  }
  if (domain !== 0) return [{ resourceType: "domain", resourceId: domainId, accessLevel: domain }];
  return [{ resourceType: "domain", resourceId: domainId + 1_000_000, accessLevel: 100 }];
}

async function made(
  accountId: number,
  wanted: Pick<Token, "resources" | "accessId"> & { expiresAt?: number },
  store: AccountStore = api.deps.accounts,
): Promise<string> {
  return (await store.createToken(accountId, { name: "Caller", expiresAt: null, ...wanted })).secret;
}

async function statusOf(method: string, path: string, token: string | undefined, body?: unknown) {
  return (await door(apiEvent(method, path, { token, body }))).statusCode;
}

/** What a caller is answered; undefined for a success. */
function refusal(route: ApiRoute, caller: Caller): number | undefined {
  if (route.access === "account admin" && caller.account < 100) return 403;
  if (route.access === "account viewer" && caller.account < 10) return 403;
  return closer[nameOf(route)]?.(caller);
}

const eventForm = /^activity_log\.[a-z_]+\.[a-z_]+$/;

async function requestFor(route: ApiRoute, place: Place): Promise<LawfulRequest> {
  const maker = lawfulRequests[nameOf(route)];
  if (maker === undefined) throw new Error(`there is no request for ${nameOf(route)}`);
  return await maker(place);
}

const lastEntry = async ({ accountId }: Place) => (await api.deps.audits.list(accountId, { limit: 1 }))[0];

describe("each route, for each level of a token", () => {
  it.each(Object.keys(callers) as CallerName[])(
    "answers %s as it should, and notes what he changes, without secrets",
    async (name) => {
      for (const route of routes) {
        // Some routes are counted by account, and some take away what others need.
        const place = await newPlace(api.deps);
        const secret = await secretOf(name, place);
        const request = await requestFor(route, place);
        const { body } = request;
        const response = await door(apiEvent(route.method, `/api${request.path}`, { token: secret, body }));
        const wanted = refusal(route, callers[name]) ?? Number(Object.keys(route.responses)[0]);
        expect(response.statusCode, `${nameOf(route)}: ${response.body}`).toBe(wanted);
        const all = await api.deps.audits.list(place.accountId, { limit: 10 });
        // What the service does of itself about it is noted besides.
        const entries = all.filter((entry) => entry.actor.name !== "System");
        const isNoted = wanted < 300 && route.method !== "GET" && route.changesNothing !== true;
        expect(entries.length, `${nameOf(route)} in the audit log`).toBe(isNoted ? 1 : 0);
        const actor = name === "a user who may look" ? "Ada" : "Caller";
        expect(entries.every((entry) => entry.actor.name === actor && eventForm.test(entry.event))).toBe(
          true,
        );
        const secrets = [secret, ...(response.body.match(/\b[0-9a-f]{32}\b/g) ?? [])];
        expect(secrets.filter((text) => JSON.stringify(entries).includes(text))).toEqual([]);
      }
    },
    120_000,
  );
});

describe("another account's token", () => {
  it("gets nowhere: not by the other's path, nor to what belongs to the other", async () => {
    const victim = await newPlace(api.deps);
    const stranger = await newPlace(api.deps);
    const secret = await secretOf("an account admin", stranger);
    for (const route of routes) {
      const { path, body } = await requestFor(route, victim);
      const named = `/api/accounts/${victim.accountId}${path}`;
      expect(await statusOf(route.method, named, secret, body), named).toBe(403);
      if (!route.path.includes("{")) continue;
      const status = await statusOf(route.method, `/api${path}`, secret, body);
      expect(status, nameOf(route)).toBe(route.path.startsWith("/organizations") ? 403 : 404);
    }
    expect(await lastEntry(victim)).toBeUndefined();
  }, 60_000);

  it("puts nothing on another account's domain", async () => {
    const victim = await newPlace(api.deps);
    const secret = await secretOf("an account admin", await newPlace(api.deps));
    for (const name of ["POST /suppressions", "POST /tracking_opt_outs", "POST /suppressions/import"]) {
      const { path, body } = (await lawfulRequests[name]?.(victim)) ?? { path: "" };
      expect(await statusOf("POST", `/api${path}`, secret, body), name).toBe(422);
    }
  });
});

describe("a token that does not work any more", () => {
  it("is turned away by every route, as none and a wrong one are", async () => {
    const place = await newPlace(api.deps);
    const { accountId } = place;
    const resources = resourcesOf("an account admin", place);
    const now = Date.now();
    const clock = settableClock(now - 12 * 60 * minute - minute);
    const { dynamo: client, tables } = api;
    const store = accountStore({ client, table: tables.accounts, clock });
    const reset = await store.createToken(accountId, { name: "r", resources, expiresAt: null });
    await store.tokens.reset({ accountId, tokenId: reset.token.id }, { expiresAt: null, createdBy: "x" });
    const deleted = await store.createToken(accountId, { name: "d", resources, expiresAt: null });
    await store.tokens.remove({ accountId, tokenId: deleted.token.id });
    const expired = await made(accountId, { resources, expiresAt: now - 1 });
    const secrets = [undefined, "x", "0".repeat(32), expired, reset.secret, deleted.secret];
    const paths = await Promise.all(routes.map((route) => requestFor(route, place)));
    for (const [number, route] of routes.entries()) {
      const path = `/api${paths[number]?.path}`;
      const statuses = await Promise.all(secrets.map((secret) => statusOf(route.method, path, secret)));
      expect(statuses, nameOf(route)).toEqual(secrets.map(() => 401));
    }
    clock.set(now - 12 * 60 * minute + minute);
    const late = await store.createToken(accountId, { name: "l", resources, expiresAt: null });
    await store.tokens.reset({ accountId, tokenId: late.token.id }, { expiresAt: null, createdBy: "x" });
    expect(await statusOf("GET", "/api/accounts", late.secret)).toBe(200);
  }, 60_000);
});

describe("a token", () => {
  it("is in no log, wherever in a request it is, and whatever goes wrong", async () => {
    const place = await newPlace(api.deps);
    const secret = await secretOf("an account admin", place);
    const written: string[] = [];
    const keep = (text: string | Uint8Array) => written.push(String(text)) > 0;
    const spies = [
      vi.spyOn(process.stdout, "write").mockImplementation(keep),
      vi.spyOn(process.stderr, "write").mockImplementation(keep),
    ];
    logger.setLogLevel("DEBUG");
    const broken = async () => {
      throw new Error(`cannot look ${secret} up`);
    };
    const doors = [
      door,
      apiDoor({ ...api.deps, audits: { ...api.deps.audits, begin: broken } }, routes),
      apiDoor({ ...api.deps, audits: { ...api.deps.audits, finish: broken, settle: broken } }, routes),
      apiDoor({ ...api.deps, accounts: { findByToken: broken } }, routes),
      apiDoor(
        api.deps,
        routes.map((route) => ({ ...route, handle: broken })),
      ),
    ];
    try {
      for (const each of doors) await tryPlaces(each, secret, place);
    } finally {
      logger.setLogLevel("INFO");
      for (const spy of spies) spy.mockRestore();
    }
    expect(written.join("")).toContain("a request failed");
    expect(written.join("")).toContain("an audit log is left to be settled");
    expect(written.join("")).not.toContain(secret);
  }, 30_000);
});

async function tryPlaces(ask: typeof door, secret: string, { domainId }: Place): Promise<void> {
  const token = secret;
  const resources = [{ resource_type: "domain", resource_id: domainId, access_level: 10 }];
  const named = { name: secret, resources: [{ resource_type: secret, resource_id: secret }] };
  await ask(apiEvent("GET", "/api/accounts", { token }));
  await ask(apiEvent("GET", "/api/accounts", { headers: { "api-token": secret } }));
  await ask(apiEvent("GET", `/api/accounts?token=${secret}`, { token }));
  await ask(apiEvent("GET", `/api/domains/${secret}`, { token }));
  await ask(apiEvent("GET", `/api/accounts/${secret}/domains`, { token }));
  await ask(apiEvent("GET", `/${secret}`, { token }));
  await ask(apiEvent("POST", "/api/api_tokens", { token, body: { name: secret, resources } }));
  await ask(apiEvent("POST", "/api/api_tokens", { token, body: named }));
  await ask(apiEvent("POST", "/api/api_tokens", { token, body: `{"name": ${secret}` }));
  await ask(apiEvent("POST", "/api/webhooks", { token, body: { webhook: { url: `https://${secret}@x/` } } }));
  await ask(apiEvent("POST", "/api/account_accesses", { token, body: { email: `${secret}@example.net` } }));
}
